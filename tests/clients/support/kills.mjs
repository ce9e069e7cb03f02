// Kills a phone at each single write that its sync makes to storage, and looks whether it heals:
// `node kills.mjs <library> <url> <accounts>`. One JSON line for each kill; `ended` marks the last, which came too late.
// Accounts are a JSON list of {username, password}, used in turn, so that none grows large.

import { isDeepStrictEqual } from 'node:util';
import { Service } from '../service.mjs';
import { openOn } from './libraries.mjs';

console.log = console.error; // standard output is for answers

const [, , library, url, accounts] = process.argv;

/** A phone's process, as far as storage and network can tell: it ends at a write, and from then on nothing happens. */
class Life {
  isOnline = true;

  constructor(kept, writesLeft = Infinity) {
    this.kept = kept;
    this.writesLeft = writesLeft;
    this.over = new Promise((resolve) => (this.end = resolve)).then(() => true);
  }

  get(name) {
    return this.kept.get(name) ?? null;
  }

  set(name, text) {
    if (this.kept.get(name) === text) return;
    if (this.writesLeft > 0) this.kept.set(name, text);
    else this.end();
    this.writesLeft -= 1;
  }

  fetch = async (address, options) => {
    if (!this.isOnline) throw new TypeError('offline');
    const answer = this.writesLeft < 0 ? null : await fetch(address, options);
    return this.writesLeft < 0 ? new Promise(() => {}) : answer;
  };

  kill() {
    this.writesLeft = -1;
    this.end();
  }
}

/** Another phone of the account, which has seen all when it writes. */
class Other {
  records = new Map();

  constructor(account) {
    this.service = new Service({ url, memory: new Life(new Map()), signIn: async () => account });
  }

  async look() {
    const { changes, cursor } = await this.service.pullAll({ cursor: this.cursor });
    this.cursor = cursor;
    for (const record of changes) this.records.set(`${record.kind}/${record.id}`, record);
  }

  async write(...mutations) {
    await this.look();
    const based = mutations.map((each) => ({ base: this.rev(each.id), kind: 'day', ...each }));
    await this.service.push(based);
    await this.look();
  }

  rev = (id) => this.records.get(`day/${id}`)?.rev ?? 0;

  live() {
    return [...this.records.values()].filter(({ deleted }) => !deleted);
  }
}

const put = (id, note, rest) => ({ op: 'put', id, fields: { note }, changed: ['note'], ...rest });
const remove = (id) => ({ op: 'delete', id });
const missing = (some, others) => some.filter((one) => !others.some((each) => isDeepStrictEqual(one, each)));
const sorted = (records) => records.map(({ kind, id, rev, fields }) => [`${kind}/${id}`, rev, fields]).sort();

async function kill(number, account, other) {
  const id = (month) => `day-${1970 + number}-0${month}-01`;
  const days = { disputed: id(1), edited: id(2), made: id(3), removed: id(4), shown: id(5), pulled: id(6), revived: id(7) };
  const { disputed, edited, made, removed, shown, pulled, revived } = days;
  const kept = new Map();
  const phone = async (life) => {
    const service = new Service({ url, memory: life, fetch: life.fetch, signIn: async () => account });
    return openOn(library, life, service);
  };

  await other.write(...[disputed, edited, shown, removed].map((id) => put(id, 'as it was')));
  const seen = other.rev(disputed);
  let life = new Life(kept);
  let { diary, stored } = await phone(life);
  await diary.sync();
  life.isOnline = false;
  for (const id of [disputed, edited, made]) await diary.put('day', id, { note: 'of this phone' });
  await diary.remove('day', removed);
  await stored();
  life.kill();
  await diary.close();
  await other.write(...[disputed, shown, pulled, revived].map((id) => put(id, 'of another')));
  await other.write(remove(revived));

  life = new Life(kept, number);
  ({ diary } = await phone(life));
  const wasKilled = await Promise.race([life.over, diary.sync().then(() => false)]);
  life.kill();
  await diary.close();
  await other.write(put(disputed, 'of a third', { base: seen }), put(shown, 'anew'), remove(pulled), put(revived, 'anew'));

  life = new Life(kept);
  ({ diary } = await phone(life));
  let held, stands;
  for (let round = 0; round < 3 && !(held && isDeepStrictEqual(held, stands)); round += 1) {
    await diary.sync();
    await other.look();
    [held, stands] = [sorted(await diary.all()), sorted(other.live())];
  }
  life.kill();
  await diary.close();
  const nameOf = Object.fromEntries(Object.entries(days).map(([name, day]) => [day, name]));
  const live = other.live();
  return {
    ended: !wasKilled,
    held: missing(held, stands),
    stored: missing(stands, held),
    notes: Object.fromEntries(live.filter(({ id }) => nameOf[id]).map(({ id, fields }) => [nameOf[id], fields.note])),
    disputes: live.map(({ fields }) => nameOf[fields.record_id]).filter(Boolean),
  };
}

const others = JSON.parse(accounts).map((account) => [account, new Other(account)]);
for (let number = 0, ended = false; !ended; number += 1) {
  const said = await kill(number, ...others[number % others.length]);
  process.stdout.write(`${JSON.stringify({ kill: number, ...said })}\n`);
  ended = said.ended;
}
process.exit(0);
