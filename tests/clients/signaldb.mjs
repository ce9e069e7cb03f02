// SignalDB (core 1.8, sync 1.3): one collection for each kind of record, and a SyncManager with pull and push.
//
// - An item is {id, rev, fields}. `rev` is the revision of the record as the service sent it. An unsent edit also
//   writes `base`, the revision that was shown when it was made: SyncManager plays edits again on newer items, so
//   `rev` moves while the edit waits, and the base must not. The service sends no `base`, so it goes when all is sent.
// - SyncManager pulls, plays the edits again, pushes what differs, and pulls once more from the same place. A pull's
//   cursor counts only once the sync that it belongs to has finished. It is not kept: each start of the app pulls the
//   whole diary once (tens of kilobytes for years), since SyncManager's own files are not written as one.
// - As long as a collection's push fails, SyncManager shows nothing of what its pulls brought.

import { Collection } from '@signaldb/core';
import { SyncManager } from '@signaldb/sync';

const toItem = ({ id, rev, fields }) => ({ id, rev, fields });

function makePull(service) {
  const places = new Map();
  return async ({ name }, { lastFinishedSyncEnd }) => {
    const place = places.get(name) ?? {};
    const from = place.during === lastFinishedSyncEnd ? place.from : place.reached;
    const { changes, cursor, anew } = await service.pullAll({ cursor: from, kinds: name });
    places.set(name, { from, reached: cursor, during: lastFinishedSyncEnd });
    const live = changes.filter(({ deleted }) => !deleted).map(toItem);
    if (!from || anew) return { items: live };
    const removed = changes.filter(({ deleted }) => deleted).map(toItem);
    return { changes: { added: [], modified: live, removed } };
  };
}

function makePush(service, onRefused) {
  return async ({ name }, { changes, rawChanges }) => {
    const bases = new Map(); // what was shown at the first edit of each item
    for (const { type, data } of rawChanges) {
      const base = type === 'update' ? data.modifier.$set?.base : type === 'insert' ? data.base : undefined;
      const id = type === 'remove' ? data : data.id;
      if (!bases.has(id) && base !== undefined) bases.set(id, base);
    }
    const about = ({ id }) => ({ kind: name, id, base: bases.get(id) ?? 0 });
    const puts = changes.added.map((item) => ({ ...about(item), op: 'put', fields: item.fields }));
    for (const item of changes.modified) {
      const paths = changes.modifiedFields.get(item.id).map((path) => path.split('.'));
      const whole = paths.some(([top, field]) => top === 'fields' && field === undefined);
      const named = new Set(paths.filter(([top]) => top === 'fields').map(([, field]) => field));
      const changed = Object.keys(item.fields).filter((field) => whole || named.has(field));
      if (changed.length) puts.push({ ...about(item), op: 'put', fields: item.fields, changed });
    }
    const deletes = changes.removed.map((item) => ({ ...about(item), op: 'delete' }));
    const results = await service.push([...puts, ...deletes]);
    results.filter(({ status }) => status === 'rejected' || status === 'conflict').forEach(onRefused);
  };
}

/** Opens the diary on this phone, and syncs it for as long as it is open. `storage` makes persistence adapters. */
export async function openDiary({ service, kinds, storage, onRefused = () => {}, onError = () => {} }) {
  const stop = new AbortController();
  const manager = new SyncManager({
    id: 'onset',
    persistenceAdapter: storage,
    pull: makePull(service),
    push: makePush(service, onRefused),
    onError,
    autostart: false,
  });
  const collections = Object.fromEntries(
    kinds.map((kind) => [kind, new Collection({ name: kind, persistence: storage(kind) })]),
  );
  for (const kind of kinds) manager.addCollection(collections[kind], { name: kind });
  await Promise.all([manager.isReady(), ...kinds.map((kind) => collections[kind].isReady())]);
  await manager.startAll();
  service.follow(() => manager.syncAll().catch(() => {}), stop.signal);

  const all = async () =>
    kinds.flatMap((kind) => collections[kind].find().map(({ id, rev, fields }) => ({ kind, id, rev, fields })));
  service.held = all;

  return {
    manager,
    collections,
    all,
    /** Writes the fields named; a record that isn't there is made. */
    async put(kind, id, fields) {
      const shown = collections[kind].findOne({ id });
      const named = Object.entries(fields).map(([name, value]) => [`fields.${name}`, value]);
      const $set = { base: shown?.base ?? shown?.rev, ...Object.fromEntries(named) };
      if (shown) collections[kind].updateOne({ id }, { $set });
      else collections[kind].insert({ id, rev: 0, base: 0, fields });
    },
    async remove(kind, id) {
      const shown = collections[kind].findOne({ id });
      if (!shown) return;
      collections[kind].updateOne({ id }, { $set: { base: shown.base ?? shown.rev } });
      collections[kind].removeOne({ id });
    },
    /** Not needed by an app, since the manager pushes by itself: pulls and pushes now. */
    sync: () => manager.syncAll(),
    async close() {
      stop.abort();
      await manager.dispose();
    },
  };
}
