// The implementation guide's way with a text log, written anew from its description: split the whole text into lines, make an
// object of each, convert to the internal record, serialise the stored document. One round per line on standard input;
// each prints the milliseconds of its steps. Run: node --max-old-space-size=4096 guide_parser.js <log>
'use strict';

const fs = require('fs');
const readline = require('readline');

function parseLog(text) {
  const records = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line.trim() === '') continue;
    const fields = line.split(',');
    if (fields.length < 6) continue;
    records.push({
      timestamp: new Date(fields[0]),
      latitude: parseFloat(fields[1]),
      longitude: parseFloat(fields[2]),
      altitude: parseFloat(fields[3]),
      groundSpeed: parseFloat(fields[4]),
      sprayStatus: parseInt(fields[5], 10),
    });
  }
  return records;
}

function convertToInternalFormat(records) {
  return records.map((record) => ({
    lat: record.latitude,
    lon: record.longitude,
    sprayStat: record.sprayStatus,
    gpsTime: record.timestamp,
    alt: record.altitude,
    grSpeed: record.groundSpeed,
    partnerSpecific: {},
  }));
}

// An unreadable time is an Invalid Date; BSON stores such a thing, JSON writes null.
function serialise(records) {
  return JSON.stringify({ name: 'log', data: records, partnerType: 'satloc', originalFormat: 'log', meta: {} });
}

function round(file) {
  const start = process.hrtime.bigint();
  const parsed = parseLog(fs.readFileSync(file, 'utf8'));
  const read = process.hrtime.bigint();
  const converted = convertToInternalFormat(parsed);
  const made = process.hrtime.bigint();
  const size = serialise(converted).length;
  const end = process.hrtime.bigint();
  const ms = (from, to) => Number(to - from) / 1e6;
  return {
    records: parsed.length,
    parse: ms(start, read),
    convert: ms(read, made),
    serialise: ms(made, end),
    bytes: size,
    peak_mb: process.resourceUsage().maxRSS / 1024,
  };
}

readline.createInterface({ input: process.stdin }).on('line', () => {
  process.stdout.write(JSON.stringify(round(process.argv[2])) + '\n');
});
