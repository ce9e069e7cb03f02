// RxDB 17: one collection for each kind of record, replicated by a pull handler and a push handler.
//
// - A document is {id, rev, fields}. `rev` is the revision of the record as this phone last showed it; the service
//   sends it, and the app never writes it. RxDB keeps the last state that both sides agreed on ("assumed master
//   state"), so base and changed fields of an edit can be read off it, also weeks later.
// - RxDB leaves a document with an unsent edit alone when a pull brings a newer one, which is what the service needs:
//   the edit keeps its older base.
// - The push handler hands back every record that the answer holds, not only those that were refused. RxDB takes them
//   for conflicts, and its default conflict handler puts the stored record in place: so the next edit has the new
//   base, and a refused edit shows what stands instead. What was refused is in the record's history, and in a
//   document of the collection `conflict` which all phones show until somebody settles it.
// - News come as documents through the stream, and never as RESYNC, and the first push waits for the first pull. RxDB
//   holds documents of the stream back while a push is under way. A pull at that time could bring what others wrote on
//   top of the push, RxDB would leave it out since the edit is not answered yet, and then show the push's older answer.

import { createRxDatabase } from 'rxdb';
import { replicateRxCollection } from 'rxdb/plugins/replication';
import { Subject } from 'rxjs';

const SCHEMA = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    id: { type: 'string', maxLength: 64 },
    rev: { type: 'integer' },
    fields: { type: 'object', additionalProperties: true }, // also those that this version of the app doesn't know
  },
  required: ['id', 'rev', 'fields'],
};

const toDocument = ({ id, rev, deleted, fields }) => ({ id, rev, fields, _deleted: deleted });

/** What was never stored, or was refused and has no record: a deleted document. */
const nothing = (id) => ({ id, rev: 0, fields: {}, _deleted: true });

/** The mutation that brings the service from the assumed state to the new one; null if there is nothing to say. */
function toMutation(kind, { assumedMasterState: before, newDocumentState: after }) {
  const about = { kind, id: after.id, base: before?.rev ?? 0 };
  if (after._deleted) return before?._deleted ? null : { ...about, op: 'delete' };
  if (!before || before._deleted) return { ...about, op: 'put', fields: after.fields };
  const names = Object.keys({ ...before.fields, ...after.fields });
  const changed = names.filter((name) => !isSame(before.fields[name], after.fields[name]));
  const cleared = Object.fromEntries(changed.map((name) => [name, null]));
  return changed.length ? { ...about, op: 'put', fields: { ...cleared, ...after.fields }, changed } : null;
}

const isSame = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

function replicate(collection, kind, service, { retryTime, onRefused, onError }) {
  const stream$ = new Subject();
  let place; // the cursor of the last page
  let firstPullEnded;
  const firstPull = new Promise((resolve) => (firstPullEnded = resolve));

  const state = replicateRxCollection({
    collection,
    replicationIdentifier: `onset-${kind}`,
    live: true,
    retryTime,
    pull: {
      batchSize: 500,
      stream$,
      async handler(checkpoint, limit) {
        const page = await service.pull({ cursor: checkpoint?.cursor, kinds: kind, limit });
        place = page.cursor;
        if (!page.has_more) firstPullEnded();
        return { documents: page.changes.map(toDocument), checkpoint: { cursor: page.cursor } };
      },
    },
    push: {
      batchSize: 100,
      async handler(rows) {
        await firstPull;
        const mutations = rows.map((row) => toMutation(kind, row)).filter(Boolean);
        const results = await service.push(mutations);
        results.filter(({ status }) => status === 'rejected' || status === 'conflict').forEach(onRefused);
        return results.map(({ record }, index) => (record ? toDocument(record) : nothing(mutations[index].id)));
      },
    },
  });

  state.error$.subscribe(onError);

  let queue = firstPull;
  const catchUp = () => {
    queue = queue
      .catch(() => {}) // offline: the next news tries again
      .then(async () => {
        const page = await service.pullAll({ cursor: place, kinds: kind });
        place = page.cursor;
        if (page.changes.length) {
          stream$.next({ documents: page.changes.map(toDocument), checkpoint: { cursor: page.cursor } });
        }
      });
    return queue;
  };
  return { state, catchUp };
}

/** Opens the diary on this phone, and replicates it for as long as it is open. */
export async function openDiary({
  service,
  kinds,
  storage,
  retryTime = 5000,
  onRefused = () => {},
  onError = () => {},
}) {
  const database = await createRxDatabase({ name: 'onset', storage, multiInstance: false });
  const collections = await database.addCollections(
    Object.fromEntries(kinds.map((kind) => [kind, { schema: SCHEMA }])),
  );

  const all = async () => {
    const found = kinds.map(async (kind) => (await collections[kind].find().exec()).map((doc) => ({ kind, doc })));
    return (await Promise.all(found)).flat().map(({ kind, doc }) => {
      const { id, rev, fields } = doc.toJSON();
      return { kind, id, rev, fields };
    });
  };
  service.held = all;

  const options = { retryTime, onRefused, onError };
  const replications = kinds.map((kind) => replicate(collections[kind], kind, service, options));
  const catchUp = () => Promise.all(replications.map((replication) => replication.catchUp()));
  const stop = new AbortController();
  service.follow(() => catchUp().catch(() => {}), stop.signal);

  return {
    all,
    /** Writes the fields named; a record that isn't there is made. */
    async put(kind, id, fields) {
      const doc = await collections[kind].findOne(id).exec();
      if (doc) await doc.incrementalModify((data) => ({ ...data, fields: { ...data.fields, ...fields } }));
      else await collections[kind].insert({ id, rev: 0, fields });
    },
    async remove(kind, id) {
      await (await collections[kind].findOne(id).exec())?.incrementalRemove();
    },
    /** Not needed by an app, since the replication is live: waits until all is sent and all is there. */
    async sync() {
      await Promise.all(replications.map(({ state }) => state.awaitInSync()));
      await catchUp();
      await Promise.all(replications.map(({ state }) => state.awaitInSync()));
    },
    async close() {
      stop.abort();
      await database.close();
    },
  };
}
