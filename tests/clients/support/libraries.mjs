// Each library on storage that a test can look at: how its diary is opened, and when its edits are stored.

import { LokiFile, WebStorage, replicacheStores, signaldbFiles } from './disk.mjs';

export const KINDS = ['day', 'dose', 'conflict'];

/** Opens the diary of a library; `stored()` returns once what was written would survive a SIGKILL. */
export async function openOn(library, disk, service, told = {}) {
  const { openDiary } = await import(`../${library}.mjs`);
  const kvStore = replicacheStores(disk);
  const options = {
    rxdb: async () => {
      const { getRxStorageLocalstorage } = await import('rxdb/plugins/storage-localstorage');
      return { storage: getRxStorageLocalstorage({ localStorage: new WebStorage(disk) }), retryTime: 100 };
    },
    watermelondb: async () => ({ file: new LokiFile(disk) }),
    replicache: async () => ({ kvStore }),
    signaldb: async () => ({ storage: signaldbFiles(disk) }),
  };
  const diary = await openDiary({ service, kinds: KINDS, ...told, ...(await options[library]()) });
  const stored = {
    rxdb: async () => {}, // it is stored when the promise of the write is kept
    watermelondb: () => new Promise((done) => lokiOf(diary).saveDatabase(done)),
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
  return { diary, stored: stored[library] };
}

export const lokiOf = (diary) => diary.database.adapter.underlyingAdapter._driver.loki;

export async function until(fact) {
  while (!(await fact())) await new Promise((resolve) => setTimeout(resolve, 5));
}
