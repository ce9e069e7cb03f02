// One phone, as the tests drive it: `node phone.mjs <library> <folder> <url>`. Takes commands as JSON lines on standard
// input, answers each with a JSON line on standard output, and can be killed at any time.

import { createInterface } from 'node:readline';
import { Service } from '../service.mjs';
import { Disk, LokiFile, WebStorage, replicacheStores, signaldbFiles } from './disk.mjs';

console.log = console.error; // standard output is for answers

const KINDS = ['day', 'dose', 'conflict'];
const [, , library, folder, url] = process.argv;
const disk = new Disk(folder);
const network = { isOn: false, sends: true, losing: 0, lost: 0, refused: [] };
let account = null;

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

const service = new Service({ url, memory: disk, fetch: lossyFetch, signIn: async () => account });
const kvStore = replicacheStores(disk);
const { openDiary } = await import(`../${library}.mjs`);
const options = {
  rxdb: async () => {
    const { getRxStorageLocalstorage } = await import('rxdb/plugins/storage-localstorage');
    return { storage: getRxStorageLocalstorage({ localStorage: new WebStorage(disk) }), retryTime: 100 };
  },
  watermelondb: async () => ({ file: new LokiFile(disk) }),
  replicache: async () => ({ kvStore }),
  signaldb: async () => ({ storage: signaldbFiles(disk) }),
};
const onRefused = ({ kind, id, status, error }) => network.refused.push({ kind, id, status, code: error?.code });
const diary = await openDiary({
  service,
  kinds: KINDS,
  onRefused,
  onError: (...what) => console.error(...what),
  ...(await options[library]()),
});

/** Return once what was written would survive a SIGKILL. */
const stored = {
  rxdb: async () => {}, // it is stored when the promise of the write is kept
  watermelondb: () => new Promise((done) => diary.database.adapter.underlyingAdapter._driver.loki.saveDatabase(done)),
  replicache: async () => {
    const waiting = await diary.replicache.experimentalPendingMutations();
    const groups = () => kvStore.values().flatMap((value) => Object.values(value ?? {}));
    const isStored = ({ clientID, id }) => groups().some((group) => group?.mutationIDs?.[clientID] >= id);
    await until(() => waiting.every(isStored));
  },
  signaldb: () => {
    const { changes, snapshots, syncOperations } = diary.manager;
    const collections = [...Object.values(diary.collections), changes, snapshots, syncOperations];
    return until(() => !collections.some((collection) => collection.isPushing()));
  },
};

async function until(fact) {
  while (!fact()) await new Promise((resolve) => setTimeout(resolve, 20));
}

const commands = {
  stored: () => stored[library](),
  account: ({ username, password }) => void (account = { username, password }),
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
