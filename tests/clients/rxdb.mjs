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

function replicate(collection, kind, service, news$, { retryTime, onRefused }) {
  return replicateRxCollection({
    collection,
    replicationIdentifier: `onset-${kind}`,
    live: true,
    retryTime,
    pull: {
      batchSize: 500,
      stream$: news$,
      async handler(checkpoint, limit) {
        const page = await service.pull({ cursor: checkpoint?.cursor, kinds: kind, limit });
        return { documents: page.changes.map(toDocument), checkpoint: { cursor: page.cursor } };
      },
    },
    push: {
      batchSize: 100,
      async handler(rows) {
        const mutations = rows.map((row) => toMutation(kind, row)).filter(Boolean);
        const results = await service.push(mutations);
        results.filter(({ status }) => status === 'rejected' || status === 'conflict').forEach(onRefused);
        return results.map(({ record }, index) => (record ? toDocument(record) : nothing(mutations[index].id)));
      },
    },
  });
}

/** Opens the diary on this phone, and replicates it for as long as it is open. */
export async function openDiary({ service, kinds, storage, retryTime = 5000, onRefused = () => {} }) {
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

  // News of other phones: RxDB pulls from its checkpoint when the stream says RESYNC.
  const news$ = new Subject();
  const stop = new AbortController();
  service.follow(() => news$.next('RESYNC'), stop.signal);

  const options = { retryTime, onRefused };
  const replications = kinds.map((kind) => replicate(collections[kind], kind, service, news$, options));

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
      replications.forEach((replication) => replication.reSync());
      await Promise.all(replications.map((replication) => replication.awaitInSync()));
    },
    async close() {
      stop.abort();
      await database.close();
    },
  };
}
