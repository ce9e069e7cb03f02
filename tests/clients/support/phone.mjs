// One phone, as the tests drive it: `node phone.mjs <library> <folder>`. Takes commands as JSON lines on standard input,
// answers each with a JSON line on standard output, and can be killed at any time. The first command is `open`.

import { createInterface } from 'node:readline';
import { Service } from '../service.mjs';
import { Disk } from './disk.mjs';
import { openOn } from './libraries.mjs';

console.log = console.error; // standard output is for answers

const [, , library, folder] = process.argv;
const disk = new Disk(folder);
const network = { isOn: false, sends: true, losing: 0, lost: 0, refused: [] };
await import(`../${library}.mjs`); // takes long, and needs nothing that `open` says
let diary, stored;

/** The phone's network: off, on, on for pulls only, or on with answers to pushes that never arrive. */
async function lossyFetch(address, options) {
  const isPush = String(address).endsWith('/v1/sync/push');
  if (!network.isOn || (isPush && !network.sends)) throw new TypeError('offline');
  const answer = await fetch(address, options);
  if (!network.isOn) throw new TypeError('offline');
  if (network.losing > 0 && isPush && answer.ok) {
    network.losing -= 1;
    network.lost += 1;
    await answer.arrayBuffer();
    throw new TypeError('the answer was lost');
  }
  return answer;
}

const onRefused = ({ kind, id, status, error }) => network.refused.push({ kind, id, status, code: error?.code });
const onError = (...what) => console.error(...what);

async function open({ url, account, on, sends }) {
  Object.assign(network, { isOn: on, sends });
  const service = new Service({ url, memory: disk, fetch: lossyFetch, signIn: async () => account });
  ({ diary, stored } = await openOn(library, disk, service, { onRefused, onError }));
}

const commands = {
  open,
  stored: () => stored(),
  online: ({ on, sends = true }) => void Object.assign(network, { isOn: on, sends }),
  lose: ({ answers }) => void (network.losing += answers),
  network: () => network,
  put: ({ kind, record, fields }) => diary.put(kind, record, fields),
  remove: ({ kind, record }) => diary.remove(kind, record),
  sync: () => diary.sync(),
  all: () => diary.all(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...args } = JSON.parse(line);
  let said;
  try {
    said = { value: (await commands[command](args)) ?? null };
  } catch (error) {
    said = { error: String(error?.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
process.exit(0);
