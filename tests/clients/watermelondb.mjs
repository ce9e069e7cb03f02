// WatermelonDB 0.28: one table for each kind of record, and synchronize() with pullChanges and pushChanges.
//
// - Each field is a column, so that WatermelonDB's `_changed` is the service's `changed`. A list is a JSON text.
//   A column `rev` holds the revision of the record as this phone last showed it; the app never writes it.
// - lastPulledAt is a number, and the service takes one: `since` is the revision up to which this phone has pulled.
// - A record with an unsent edit is left as it is by a pull, also when it was deleted elsewhere: so the edit keeps its
//   older base, and the push that follows meets what others wrote, under the service's rules.
// - What the push answers is kept, and joins the next pull: so the next edit has the new base, and a refused edit
//   gives way to the record as it stands. Hence sync() goes around once more after a push that wrote something.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url); // WatermelonDB is CommonJS
const { Database, Model, Q, appSchema, tableSchema } = require('@nozbe/watermelondb');
const { default: LokiJSAdapter } = require('@nozbe/watermelondb/adapters/lokijs');
const { synchronize } = require('@nozbe/watermelondb/sync');

const ANSWERED = 'onset-answered';

// As much of each kind as this app shows; GET /v1/sync/config has all of it. Fields without a column stay untouched.
const COLUMNS = {
  day: {
    local_date: 'string',
    time_zone: 'string',
    pain: 'number',
    fatigue: 'number',
    note: 'string',
    skipped: 'json',
  },
  dose: { local_date: 'string', time_zone: 'string', status: 'string', mg: 'number', note: 'string' },
  conflict: {
    record_kind: 'string',
    record_id: 'string',
    field: 'string',
    kept: 'json',
    offered: 'json',
    offered_by: 'string',
    status: 'string',
  },
};
const KINDS = Object.keys(COLUMNS);

const schema = appSchema({
  version: 1,
  tables: KINDS.map((kind) =>
    tableSchema({
      name: kind,
      columns: [
        { name: 'rev', type: 'number' },
        ...Object.entries(COLUMNS[kind]).map(([name, type]) => ({
          name,
          type: type === 'json' ? 'string' : type,
          isOptional: true,
        })),
      ],
    }),
  ),
});

const modelClasses = KINDS.map(
  (kind) =>
    class extends Model {
      static table = kind;
    },
);

const toColumn = (kind, name, value) => (COLUMNS[kind][name] === 'json' ? JSON.stringify(value ?? null) : value);
const toField = (kind, name, value) => (COLUMNS[kind][name] === 'json' ? JSON.parse(value ?? 'null') : value);

const toRaw = ({ kind, id, rev, fields }) => ({
  id,
  rev,
  ...Object.fromEntries(Object.keys(COLUMNS[kind]).map((name) => [name, toColumn(kind, name, fields[name])])),
});

const toFields = (kind, raw) =>
  Object.fromEntries(Object.keys(COLUMNS[kind]).map((name) => [name, toField(kind, name, raw[name])]));

/** What pulls and answers say, as WatermelonDB's changes; the later one wins where a record stands there twice. */
async function toChanges(database, records) {
  const latest = new Map();
  for (const record of records) {
    const place = `${record.kind}/${record.id}`;
    if (!(latest.get(place)?.rev > record.rev)) latest.set(place, record);
  }
  const changes = Object.fromEntries(KINDS.map((kind) => [kind, { created: [], updated: [], deleted: [] }]));
  for (const record of latest.values()) {
    if (!record.deleted) changes[record.kind].updated.push(toRaw(record));
    else if (!(await isEdited(database, record))) changes[record.kind].deleted.push(record.id);
  }
  return changes;
}

async function isEdited(database, { kind, id }) {
  const found = await database.get(kind).query(Q.where('id', id)).fetch();
  return found.some((record) => record.syncStatus !== 'synced');
}

/** What is held and a restored diary has not, as deleted: conflicts, since all else was brought back. */
async function notAmong(database, records) {
  const places = new Set(records.map(({ kind, id }) => `${kind}/${id}`));
  const found = await Promise.all(
    KINDS.map(async (kind) => (await database.get(kind).query().fetch()).map(({ id }) => ({ kind, id }))),
  );
  const gone = found.flat().filter(({ kind, id }) => !places.has(`${kind}/${id}`));
  return gone.map((about) => ({ ...about, rev: 0, deleted: true })); // one with an edit stays
}

/** The rows deleted here and not yet there: of these WatermelonDB hands over the id alone, without the revision. */
const deletedRows = (database, kind) =>
  database
    .get(kind)
    .query(Q.unsafeLokiTransform((_rows, loki) => loki.getCollection(kind).find({ _status: 'deleted' })))
    .unsafeFetchRaw();

async function toMutations(database, changes) {
  const mutations = [];
  for (const kind of KINDS) {
    const { created, updated, deleted } = changes[kind];
    for (const raw of created) {
      const given = Object.entries(toFields(kind, raw)).filter(([, value]) => value != null);
      mutations.push({ kind, op: 'put', id: raw.id, base: raw.rev, fields: Object.fromEntries(given) });
    }
    for (const raw of updated) {
      const changed = raw._changed.split(',');
      const given = Object.entries(toFields(kind, raw)).filter(
        ([name, value]) => value != null || changed.includes(name),
      );
      mutations.push({ kind, op: 'put', id: raw.id, base: raw.rev, fields: Object.fromEntries(given), changed });
    }
    const revs = new Map(deleted.length ? (await deletedRows(database, kind)).map(({ id, rev }) => [id, rev]) : []);
    for (const id of deleted) mutations.push({ kind, op: 'delete', id, base: revs.get(id) ?? 0 });
  }
  return mutations;
}

async function synchronizeOnce(database, service, onRefused) {
  let wrote = false;
  await synchronize({
    database,
    sendCreatedAsUpdated: true, // the service doesn't know what this phone has seen
    conflictResolver: (_table, local, _remote, resolved) => (local._status === 'synced' ? resolved : local),
    async pullChanges({ lastPulledAt }) {
      const answered = JSON.parse((await database.localStorage.get(ANSWERED)) ?? '[]');
      const { changes, rev, anew } = await service.pullAll({ since: lastPulledAt, kinds: KINDS.join() });
      const known = anew ? [...changes, ...(await notAmong(database, changes))] : [...answered, ...changes];
      return { changes: await toChanges(database, known), timestamp: rev };
    },
    onDidPullChanges: () => database.localStorage.set(ANSWERED, '[]'),
    async pushChanges({ changes }) {
      wrote = true;
      const mutations = await toMutations(database, changes);
      const results = await service.push(mutations);
      results.filter(({ status }) => status === 'rejected' || status === 'conflict').forEach(onRefused);
      const stands = results.map(({ record }, index) => record ?? { ...mutations[index], rev: 0, deleted: true });
      await database.localStorage.set(ANSWERED, JSON.stringify(stands));
    },
  });
  return wrote;
}

/** Opens the diary on this phone. `file` is LokiJS's persistence; in a browser leave it out, and it is IndexedDB. */
export async function openDiary({ service, file, onRefused = () => {} }) {
  const adapter = new LokiJSAdapter({
    schema,
    dbName: 'onset',
    useWebWorker: false,
    useIncrementalIndexedDB: true,
    _testLokiAdapter: file,
  });
  const database = new Database({ adapter, modelClasses });
  const find = async (kind, id) => (await database.get(kind).query(Q.where('id', id)).fetch())[0];

  const all = async () => {
    const found = KINDS.map(async (kind) => (await database.get(kind).query().fetch()).map(({ _raw }) => [kind, _raw]));
    return (await Promise.all(found)).flat().map(([kind, raw]) => {
      const given = Object.entries(toFields(kind, raw)).filter(([, value]) => value != null);
      return { kind, id: raw.id, rev: raw.rev, fields: Object.fromEntries(given) };
    });
  };
  service.held = all;

  let running = Promise.resolve(); // one at a time
  const sync = () => {
    running = running
      .catch(() => {})
      .then(async () => {
        while (await synchronizeOnce(database, service, onRefused));
      });
    return running;
  };
  const stop = new AbortController();
  service.follow(() => sync().catch(() => {}), stop.signal);

  return {
    database,
    all,
    /** Writes the fields named; a record that isn't there is made. */
    put: (kind, id, fields) =>
      database.write(async () => {
        const set = (record) => {
          for (const [name, value] of Object.entries(fields)) record._setRaw(name, toColumn(kind, name, value));
        };
        const record = await find(kind, id);
        if (record) await record.update(set);
        else {
          await database.get(kind).create((made) => {
            made._raw.id = id;
            set(made);
          });
        }
      }),
    remove: (kind, id) => database.write(async () => (await find(kind, id))?.markAsDeleted()),
    /** After each edit, and when the app comes to the front; news of other phones are followed as they come. */
    sync,
    close: async () => stop.abort(),
  };
}
