// Opens SMART Health Links as others do: by `kill-the-clipboard`, which knows nothing of this service, and by hand on
// `jose`. Reads a JSON array of {qr, passcode} from standard input, takes each link from the picture of its QR code
// (an SVG), and prints for each what the two found.

import { text } from "node:stream/consumers";
import { compactDecrypt, base64url } from "jose";
import { SHLViewer } from "kill-the-clipboard";
import decodeQR from "qr/decode.js";

const PIXELS = [2, 3, 5]; // a module's width: this reader of pictures misses one in fifty at any one size but the first

function linkIn(svg) {
  let missed;
  for (const pixels of PIXELS) {
    try {
      return decodeQR(drawn(svg, pixels));
    } catch (error) {
      missed = error;
    }
  }
  throw missed;
}

// The picture's own path: horizontal runs of dark modules, each after a move.
function drawn(svg, pixels) {
  const size = Number(/viewBox="0 0 (\d+)/.exec(svg)[1]);
  const data = new Uint8Array(size * pixels * size * pixels * 4).fill(255);
  const path = /class="qrline"[^>]* d="([^"]+)"/.exec(svg)[1];
  let [x, y] = [0, 0];
  for (const [, command, first, second] of path.matchAll(/([Mmh])(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?/g)) {
    if (command === "M") [x, y] = [Number(first), Number(second)];
    if (command === "m") [x, y] = [x + Number(first), y + Number(second)];
    if (command !== "h") continue;
    for (let row = 0; row < pixels; row += 1) {
      const start = ((Math.floor(y) * pixels + row) * size + x) * pixels * 4;
      for (let at = 0; at < Number(first) * pixels; at += 1) data.fill(0, start + at * 4, start + at * 4 + 3);
    }
    x += Number(first);
  }
  return { width: size * pixels, height: size * pixels, data };
}

async function byHand(address, passcode) {
  const link = JSON.parse(new TextDecoder().decode(base64url.decode(address.split("shlink:/")[1])));
  let jwe;
  if (link.flag.includes("U")) {
    jwe = await (await fetch(`${link.url}?recipient=by%20hand`)).text();
  } else {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ recipient: "by hand", passcode, embeddedLengthMax: 0 });
    const manifest = await (await fetch(link.url, { method: "POST", headers, body })).json();
    jwe = await (await fetch(manifest.files[0].location)).text();
  }
  const { plaintext, protectedHeader } = await compactDecrypt(jwe, base64url.decode(link.key));
  return { header: protectedHeader, resource: JSON.parse(new TextDecoder().decode(plaintext)) };
}

async function byLibrary(address, passcode) {
  const viewer = new SHLViewer({ shlinkURI: address });
  const { fhirResources } = await viewer.resolveSHL({ recipient: "library", passcode });
  return { label: viewer.shl.label, flag: viewer.shl.flag, resources: fhirResources };
}

const found = [];
for (const { qr, passcode } of JSON.parse(await text(process.stdin))) {
  const address = linkIn(qr);
  found.push({ address, hand: await byHand(address, passcode), library: await byLibrary(address, passcode) });
}
console.log(JSON.stringify(found));
