"""A field to spray, as GeoJSON."""

FIELD = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "North", "appRate": 20},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[-83.1, 40.1], [-83.09, 40.1], [-83.09, 40.11], [-83.1, 40.11], [-83.1, 40.1]]],
            },
        }
    ],
}
