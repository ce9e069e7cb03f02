// RxDB 17: one collection for each kind of record, replicated by a pull handler and a push handler.
//
// - A document is {id, rev, fields, unsent}. `rev` is the revision of the record as this phone last showed it; the
//   service sends it. `unsent` names what was written here and is not answered yet. The app writes `fields` only, in
//   any of RxDB's ways: hooks note `unsent` in the same write.
// - RxDB itself finds edits by a second document, the "assumed master state", which it writes a moment later. After a
//   kill in between it takes what it pulled for an edit: it would send it to the service, where it could bring back
//   what others deleted meanwhile, and would never show a newer one. Hence `unsent`, which no kill parts from the edit.
// - RxDB leaves a document with an unsent edit alone when a pull brings a newer one, which is what the service needs:
//   the edit keeps its older base.
// - The push handler hands back the newest that came of every record with an edit, not only of those that were refused.
//   RxDB takes them for conflicts, and its default conflict handler puts the stored record in place: so the next edit
//   has the new base, and a refused edit shows what stands instead. What was refused is in the record's history, and in
//   a document of the collection `conflict` which all phones show until somebody settles it.
// - A pull counts once the phone shows what it brought. Where RxDB left something out, it forgets what it believes, and
//   compares all documents with the whole diary (tens of kilobytes for years). That is rare.

import { createRxDatabase } from 'rxdb';
import { replicateRxCollection } from 'rxdb/plugins/replication';

const SCHEMA = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    id: { type: 'string', maxLength: 64 },
    rev: { type: 'integer' },
    fields: { type: 'object', additionalProperties: true }, // also those that this version of the app doesn't know
    unsent: { type: 'array', items: { type: 'string' } },
  },
  required: ['id', 'rev', 'fields', 'unsent'],
};
const DELETED = '_deleted'; // in `unsent`

const toDocument = ({ id, rev, deleted, fields }) => ({ id, rev, fields, unsent: [], _deleted: deleted });

/** What was never stored, or was refused and has no record: a deleted document. */
const nothing = (id) => toDocument({ id, rev: 0, deleted: true, fields: {} });

/** A record made anew on a deleted one has the revision of the delete, which RxDB still knows, as its base. */
function toMutation(kind, { assumedMasterState: before, newDocumentState: after }) {
  const about = { kind, id: after.id, base: after.rev || (before?.rev ?? 0) };
  if (after._deleted) return { ...about, op: 'delete' };
  return { ...about, op: 'put', fields: after.fields, changed: after.unsent.filter((name) => name !== DELETED) };
}

const isSame = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** Hooks for what the app writes; RxDB's replication runs none of them. */
function noteEdits(collection) {
  const note = (after, before, names) => {
    after.unsent = [...new Set([...(before.unsent ?? []), ...(after.unsent ?? []), ...names])];
  };
  collection.preInsert((made) => note(made, {}, Object.keys(made.fields)), false);
  collection.preRemove((gone) => note(gone, {}, [DELETED]), false);
  collection.preSave((after, before) => {
    const names = Object.keys({ ...before.fields, ...after.fields });
    note(after, before, names.filter((name) => !isSame(before.fields[name], after.fields[name])));
  }, false);
}

function replicate(collection, kind, service, { retryTime, onRefused, onError }) {
  const shown = `shown-${kind}`; // in the service's memory: the cursor of the last pull that counts
  const newest = new Map(); // what came of each record, until it is shown
  let state, reached;

  const came = (record) => {
    if (!(newest.get(record.id)?.rev > record.rev)) newest.set(record.id, toDocument(record));
  };

  /** What is held and the restored diary has not: conflicts, since all else was brought back. */
  async function notAmong(records) {
    const ids = new Set(records.map(({ id }) => id));
    const held = await collection.find().exec();
    return held.filter(({ id, unsent }) => !ids.has(id) && !unsent.length).map(({ id }) => nothing(id));
  }

  function begin() {
    let firstPullEnded;
    const firstPull = new Promise((resolve) => (firstPullEnded = resolve));
    newest.clear();
    reached = undefined;
    state = replicateRxCollection({
      collection,
      replicationIdentifier: `onset-${kind}`,
      live: true,
      retryTime,
      pull: {
        batchSize: 500,
        async handler(checkpoint, limit) {
          const cursor = reached ?? (checkpoint && service.memory.get(shown)); // without checkpoint RxDB holds nothing
          let page = await service.pull({ cursor, kinds: kind, limit });
          let gone = [];
          if (page.anew) {
            page = await service.pullAll({ kinds: kind });
            gone = await notAmong(page.changes);
            newest.clear();
          }
          page.changes.forEach(came);
          reached = page.cursor;
          if (!page.has_more) firstPullEnded();
          return { documents: [...page.changes.map(toDocument), ...gone], checkpoint: { cursor: page.cursor } };
        },
      },
      push: {
        batchSize: 100,
        async handler(rows) {
          await firstPull; // so that what stands beside an edit is known
          const edits = rows.filter(({ newDocumentState }) => newDocumentState.unsent.length);
          const results = await service.push(edits.map((row) => toMutation(kind, row)));
          results.filter(({ status }) => status === 'rejected' || status === 'conflict').forEach(onRefused);
          results.forEach(({ id, record }) => (record ? came(record) : newest.set(id, nothing(id))));
          return rows.flatMap(({ newDocumentState: { id, rev, unsent } }) => {
            const found = newest.get(id);
            return found && (unsent.length || found.rev !== rev) ? [found] : [];
          });
        },
      },
    });
    state.error$.subscribe(onError);
  }

  /** Whether this phone shows what came, or an edit of its own on top. */
  async function isShown(documents) {
    const held = await collection.findByIds([...documents.keys()]).exec();
    let isWhole = true;
    for (const [id, document] of documents) {
      if (newest.get(id) !== document) continue; // another one came meanwhile, and has its turn later
      const doc = held.get(id);
      if (doc ? doc.rev === document.rev : document._deleted) newest.delete(id);
      else if (!doc?.unsent.length) isWhole = false;
    }
    return isWhole;
  }

  async function check() {
    await state.awaitInSync();
    const [documents, cursor] = [new Map(newest), reached];
    await state.awaitInSync(); // so that all of these had time to be stored
    if (await isShown(documents)) {
      if (cursor) service.memory.set(shown, cursor);
    } else {
      await state.remove();
      begin();
      await state.awaitInSync();
    }
  }

  begin();
  let checks = Promise.resolve();
  const catchUp = () => {
    state.reSync();
    checks = checks.catch(() => {}).then(check);
    return checks;
  };
  return { catchUp };
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
  for (const kind of kinds) noteEdits(collections[kind]);

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
    sync: catchUp,
    async close() {
      stop.abort();
      await database.close();
    },
  };
}
