"""What is parsed, measured and exported with: numpy, Arrow, PROJ and all of ours that stands on them.

The worker of the queue `flight_data` loads this before it makes its processes, which share it, and web loads it with its pages.
The processes that wait for networks do without, and start in less time: hence the services load each part where they use it.
"""

import flightdata.coverage.layers
import flightdata.coverage.measuring
import flightdata.exports.formats
import flightdata.parsers.registry
import flightdata.tracks  # noqa: F401  # all of them for what they load
