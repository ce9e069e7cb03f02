// Replicache 15: two mutators, a pusher and a puller. Keys are `kind/id`, values {kind, id, rev, fields}.
//
// Replicache expects a server that counts the mutations of each client. This service counts pushes instead, so the
// pusher keeps here which mutations were answered, and the puller tells it to Replicache as lastMutationIDChanges.
//
// - `rev` is the revision of the record as this phone last showed it. A mutation carries it as `base` from the moment
//   of the edit: Replicache plays mutations again on newer data, and the base must not move with it.
// - The cookie holds the service's cursor, and which mutations the view contains. Its `order` moves whenever one of
//   the two does, as Replicache demands.
// - Once a mutation is answered it is dropped here, and the record shows what the service stored: also where the edit
//   was refused or lost a conflict.

import { Replicache } from 'replicache';

const ANSWERED = 'answered'; // {client id: id of its last mutation that was answered}

const mutators = {
  async put(tx, { kind, id, fields }) {
    const before = await tx.get(`${kind}/${id}`);
    await tx.set(`${kind}/${id}`, { kind, id, rev: before?.rev ?? 0, fields: { ...before?.fields, ...fields } });
  },
  async remove(tx, { kind, id }) {
    await tx.del(`${kind}/${id}`);
  },
};

const toMutation = ({ name, args: { kind, id, base, fields } }) =>
  name === 'put'
    ? { kind, op: 'put', id, base, fields, changed: Object.keys(fields) }
    : { kind, op: 'delete', id, base };

const DONE = { httpStatusCode: 200, errorMessage: '' };

function makePusher(service, onRefused) {
  return async ({ mutations }) => {
    const answered = JSON.parse(service.memory.get(ANSWERED) ?? '{}');
    const fresh = mutations.filter(({ clientID, id }) => id > (answered[clientID] ?? 0));
    const results = await service.push(fresh.map(toMutation));
    results.filter(({ status }) => status === 'rejected' || status === 'conflict').forEach(onRefused);
    for (const { clientID, id } of fresh) answered[clientID] = id;
    service.memory.set(ANSWERED, JSON.stringify(answered));
    return { httpRequestInfo: DONE };
  };
}

function makePuller(service, kinds) {
  return async ({ cookie }) => {
    const answered = JSON.parse(service.memory.get(ANSWERED) ?? '{}'); // before the pull, whose view then holds them
    const { changes, cursor, anew } = await service.pullAll({ cursor: cookie?.cursor, kinds: kinds.join() });
    const patch = changes.map(({ kind, id, rev, deleted, fields }) =>
      deleted
        ? { op: 'del', key: `${kind}/${id}` }
        : { op: 'put', key: `${kind}/${id}`, value: { kind, id, rev, fields } },
    );
    if (!cookie || anew) patch.unshift({ op: 'clear' });
    const told = cookie?.answered ?? {};
    const lastMutationIDChanges = Object.fromEntries(
      Object.entries(answered).filter(([clientID, id]) => id !== told[clientID]),
    );
    const moved = cursor !== cookie?.cursor || Object.keys(lastMutationIDChanges).length > 0;
    const next = moved ? { order: (cookie?.order ?? 0) + 1, cursor, answered } : cookie;
    return { response: { cookie: next, lastMutationIDChanges, patch: moved ? patch : [] }, httpRequestInfo: DONE };
  };
}

/** Opens the diary on this phone, and syncs it for as long as it is open. `kvStore` is IndexedDB in a browser. */
export async function openDiary({ service, kinds, kvStore = 'idb', onRefused = () => {} }) {
  const replicache = new Replicache({
    name: 'onset', // one for each account
    mutators,
    pusher: makePusher(service, onRefused),
    puller: makePuller(service, kinds),
    pullInterval: null,
    kvStore,
    logLevel: 'error',
  });
  const stop = new AbortController();
  service.follow(() => replicache.pull(), stop.signal);

  const seen = (kind, id) => replicache.query((tx) => tx.get(`${kind}/${id}`));
  const all = () => replicache.query((tx) => tx.scan().values().toArray());
  service.held = all;

  return {
    replicache,
    all,
    /** Writes the fields named; a record that isn't there is made. */
    async put(kind, id, fields) {
      await replicache.mutate.put({ kind, id, base: (await seen(kind, id))?.rev ?? 0, fields });
    },
    async remove(kind, id) {
      await replicache.mutate.remove({ kind, id, base: (await seen(kind, id))?.rev ?? 0 });
    },
    /** Not needed by an app, since Replicache pushes by itself: waits until all is sent and all is there. */
    async sync() {
      do {
        await replicache.push({ now: true });
        await replicache.pull({ now: true });
      } while ((await replicache.experimentalPendingMutations()).length);
    },
    async close() {
      stop.abort();
      await replicache.close();
    },
  };
}
