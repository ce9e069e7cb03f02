// Onset's HTTP API as a sync library needs it: a token, pulls, pushes under a sequence that is kept, and news.
//
// All four examples beside this file use it. It needs `fetch`, `crypto.randomUUID`, and a small memory that survives
// a restart and is written at once: localStorage, MMKV, SharedPreferences. All else belongs to the sync library.

const SCHEMA = 1; // the version of the records' schema that this app knows
const MOST_MUTATIONS = 200; // a push may hold 500, and 1 MiB
const WAIT_S = 25;

/** A refusal of the service: `code` says which (README, "Errors"), and the other members of the problem stand beside. */
export class Problem extends Error {
  constructor(status, body) {
    super(`${status} ${body.code ?? ''}`);
    Object.assign(this, body, { status });
  }
}

export class Service {
  /**
   * `signIn` is asked for e-mail and password when there is no session (the first start, a session that ended).
   * `memory` has get(key), null where nothing is kept, and set(key, text).
   */
  constructor({ url, signIn, memory, fetch = globalThis.fetch }) {
    this.url = url;
    this.signIn = signIn;
    this.memory = memory;
    this.fetch = fetch;
    /** What the app holds: [{kind, id, rev, fields}]. Asked for only after the diary was restored from a backup. */
    this.held = async () => [];
    this.queue = Promise.resolve();
  }

  /**
   * One page: {changes, cursor, has_more, rev, epoch}, for `query` as GET /v1/sync/pull takes it; without cursor and
   * since from the start. `anew` stands beside where the diary was restored from a backup, and all of it comes again.
   */
  async pull(query, { wait = 0, signal } = {}) {
    if (this.#recall('brings')) await this.#bring();
    const from = query.cursor ? {} : { since: query.since ?? 0, epoch: this.#recall('epoch') };
    const named = Object.entries({ schema: SCHEMA, device: this.#recall('device'), ...query, ...from }).filter(
      ([, value]) => value != null,
    );
    const headers = wait ? { Prefer: `wait=${wait}` } : {};
    try {
      const page = await this.#ask('GET', `/v1/sync/pull?${new URLSearchParams(named)}`, { headers, signal });
      this.#remember('epoch', page.epoch);
      return page;
    } catch (problem) {
      if (problem.code !== 'resync-required') throw problem;
      await this.#startAnew(problem);
      return { ...(await this.pull({ ...query, cursor: undefined, since: undefined })), anew: true };
    }
  }

  /** All pages as one. */
  async pullAll(query) {
    let page = await this.pull(query);
    let { changes, anew } = page;
    while (page.has_more) {
      page = await this.pull({ ...query, cursor: page.cursor });
      changes = page.anew ? page.changes : [...changes, ...page.changes];
      anew ||= page.anew;
    }
    return { ...page, changes, anew };
  }

  /**
   * Sends mutations, and answers with a result for each, in order. Throws where no answer came: then ask again.
   *
   * Pushes go one after the other, numbered without a gap. They wait in an outbox until their answer is there. One
   * whose answer was lost is sent again word for word: the service knows its number, and doesn't write it twice.
   */
  push(mutations) {
    const pushing = this.queue.then(() => this.#push(mutations));
    this.queue = pushing.catch(() => {});
    return pushing;
  }

  async #push(mutations) {
    this.#put(this.#notWaiting(mutations));
    const answers = new Map(); // by what was asked
    while (this.#outbox().length) await this.#sendFirst(answers);
    return mutations.map((mutation) => answers.get(JSON.stringify(mutation)));
  }

  async #sendFirst(answers, highest = Infinity) {
    const [asked] = this.#outbox();
    const epoch = this.#recall('epoch') ?? (await this.pull({ limit: 1 })).epoch;
    const device = this.#recall('device') ?? this.#remember('device', crypto.randomUUID());
    const seq = this.#recall('seq') ?? 1;
    const mutations = asked.map((mutation) => ({ ...mutation, base: Math.min(mutation.base, highest) }));
    try {
      const body = { device, seq, schema: SCHEMA, epoch, mutations };
      const { results } = await this.#ask('POST', '/v1/sync/push', { body });
      asked.forEach((mutation, index) => answers.set(JSON.stringify(mutation), results[index]));
    } catch (problem) {
      if (problem.code === 'resync-required') {
        // Bases that the restore took away are lowered to the last revision that it kept. Too low is always safe.
        await this.#startAnew(problem);
        await this.#sendFirst(answers, problem.forked_at);
      } else if (problem.code === 'bad-seq') {
        // Ahead of all that this phone ever sent: its memory is a copy of another phone's, so it takes a new name.
        const isCopy = problem.last_seq > seq;
        if (isCopy) this.#remember('device', crypto.randomUUID());
        this.#remember('seq', isCopy ? 1 : problem.last_seq + 1);
      } else {
        throw problem;
      }
      return;
    }
    this.#remember('seq', seq + 1);
    this.#remember('outbox', this.#outbox().slice(1));
  }

  /** What does not wait already: sync libraries ask again, from any point on, for what they had no answer to. */
  #notWaiting(mutations) {
    const waiting = byRecord(this.#outbox().flat());
    return [...byRecord(mutations)].flatMap(([record, asked]) => {
      const before = waiting.get(record) ?? [];
      let known = Math.min(before.length, asked.length);
      while (JSON.stringify(before.slice(before.length - known)) !== JSON.stringify(asked.slice(0, known))) known -= 1;
      return asked.slice(known);
    });
  }

  /** The diary was restored from a backup: what this phone holds from after the backup goes back to the service. */
  #startAnew(problem) {
    this.healing ??= this.#bringBack(problem).finally(() => {
      this.healing = undefined;
    });
    return this.healing;
  }

  async #bringBack({ epoch, forked_at: forkedAt, last_seq: lastSeq }) {
    if (this.#recall('epoch') === epoch) return;
    const held = await this.held();
    this.#put(
      held
        .filter(({ kind, rev }) => kind !== 'conflict' && rev > forkedAt)
        .map(({ kind, id, fields }) => ({ kind, op: 'put', id, base: forkedAt, fields })),
    );
    this.#remember('seq', lastSeq + 1);
    this.#remember('brings', true);
    this.#remember('epoch', epoch);
  }

  async #bring() {
    await this.push([]);
    this.#remember('brings', null);
  }

  #outbox() {
    return this.#recall('outbox') ?? [];
  }

  #put(mutations) {
    const pushes = this.#outbox();
    for (let at = 0; at < mutations.length; at += MOST_MUTATIONS) pushes.push(mutations.slice(at, at + MOST_MUTATIONS));
    this.#remember('outbox', pushes);
  }

  /**
   * Calls back once the service is within reach, and whenever the diary moved, until the signal aborts. It is a long
   * poll, which also frameworks without streams can do; where there are, GET /v1/sync/stream does the same.
   */
  async follow(onNews, signal) {
    let rev = null;
    while (!signal.aborted) {
      const began = Date.now();
      try {
        const page = await this.pull({ since: rev, limit: 1 }, { wait: rev === null ? 0 : WAIT_S, signal });
        if (page.rev !== rev) onNews();
        rev = page.rev;
      } catch {
        rev = null;
        if (!signal.aborted) await pause(2000); // offline, most often
      }
      if (Date.now() - began < 200) await pause(200); // many writes at once are one piece of news
    }
  }

  async #ask(method, path, { body, headers = {}, signal } = {}) {
    const send = async () =>
      this.fetch(this.url + path, {
        method,
        headers: {
          Authorization: `Bearer ${await this.#token()}`,
          ...(body && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        body: body && JSON.stringify(body),
        signal,
      });
    let answer = await send();
    if (answer.status === 401) {
      this.tokens = await this.#signedIn();
      answer = await send();
    }
    const said = await answer.json();
    if (!answer.ok) throw new Problem(answer.status, said);
    return said;
  }

  async #token() {
    this.tokens ??= await this.#signedIn();
    return this.tokens.access_token;
  }

  /** New tokens for the refresh token that is kept, or for e-mail and password. An app keeps it in the key store. */
  async #signedIn() {
    const kept = this.#recall('refresh_token');
    const renewed = kept && (await this.#tokens({ grant_type: 'refresh_token', refresh_token: kept }));
    const answer = renewed?.ok ? renewed : await this.#tokens({ grant_type: 'password', ...(await this.signIn()) });
    const said = await answer.json();
    if (!answer.ok) throw new Problem(answer.status, said);
    this.#remember('refresh_token', said.refresh_token);
    return said;
  }

  #tokens(form) {
    return this.fetch(`${this.url}/v1/auth/token`, { method: 'POST', body: new URLSearchParams(form) });
  }

  #recall(key) {
    return JSON.parse(this.memory.get(key) ?? 'null');
  }

  #remember(key, value) {
    this.memory.set(key, JSON.stringify(value));
    return value;
  }
}

function byRecord(mutations) {
  const found = new Map();
  for (const mutation of mutations) {
    const record = `${mutation.kind}/${mutation.id}`;
    found.set(record, [...(found.get(record) ?? []), mutation]);
  }
  return found;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
