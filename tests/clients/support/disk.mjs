// What a phone has and Node has not: storage that is there again after the process was killed.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder of texts, each written at once and whole. */
export class Disk {
  constructor(folder) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  get(name) {
    try {
      return readFileSync(join(this.folder, encodeURIComponent(name)), 'utf8');
    } catch (error) {
      if (error.code === 'ENOENT') return null;
      throw error;
    }
  }

  set(name, text) {
    const file = join(this.folder, encodeURIComponent(name));
    writeFileSync(`${file}~`, text);
    renameSync(`${file}~`, file);
  }
}

/**
 * Web storage in one file: what RxDB's localstorage storage wants. It writes documents and indexes in one go, and
 * without that a kill in between would leave documents that no query finds: so all of one go is stored at once.
 */
export class WebStorage {
  constructor(disk) {
    this.disk = disk;
    this.items = new Map(JSON.parse(disk.get('local-storage') ?? '[]'));
  }

  get length() {
    return this.items.size;
  }

  key(index) {
    return [...this.items.keys()][index] ?? null;
  }

  getItem(key) {
    return this.items.get(key) ?? null;
  }

  setItem(key, value) {
    this.items.set(key, String(value));
    this.#save();
  }

  removeItem(key) {
    this.items.delete(key);
    this.#save();
  }

  #save() {
    if (this.waiting) return;
    this.waiting = true;
    queueMicrotask(() => {
      this.waiting = false;
      this.disk.set('local-storage', JSON.stringify([...this.items]));
    });
  }
}

/** LokiJS persistence, under WatermelonDB. */
export class LokiFile {
  constructor(disk) {
    this.disk = disk;
  }

  loadDatabase(name, done) {
    done(this.disk.get(name));
  }

  saveDatabase(name, text, done) {
    this.disk.set(name, text);
    done(null);
  }

  deleteDatabase(name, done) {
    this.disk.set(name, '');
    done();
  }
}

/** A key-value store for Replicache: writers one at a time, and readers see what was committed when they began. */
export function replicacheStores(disk) {
  const states = new Map(); // by name, shared by all that open it
  const create = (name) => {
    if (!states.has(name)) {
      states.set(name, { kept: new Map(frozen(JSON.parse(disk.get(name) || '[]'))), turn: Promise.resolve() });
    }
    return new ReplicacheStore(disk, name, states.get(name));
  };
  const drop = async (name) => {
    states.delete(name);
    disk.set(name, '[]');
  };
  const values = () => [...states.values()].flatMap(({ kept }) => [...kept.values()]);
  return { create, drop, values };
}

function frozen(value) {
  if (value && typeof value === 'object') Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

class ReplicacheStore {
  closed = false;

  constructor(disk, name, state) {
    Object.assign(this, { disk, name, state });
  }

  async read() {
    return new ReplicacheTransaction(this.state.kept, () => {});
  }

  async write() {
    const before = this.state.turn;
    let release;
    this.state.turn = new Promise((resolve) => (release = resolve));
    await before;
    return new ReplicacheTransaction(this.state.kept, release, (kept) => {
      this.state.kept = kept;
      this.disk.set(this.name, JSON.stringify([...kept]));
    });
  }

  async close() {
    this.closed = true;
  }
}

class ReplicacheTransaction {
  closed = false;

  constructor(kept, release, commit) {
    Object.assign(this, { kept, end: release, keep: commit });
  }

  async has(key) {
    return this.kept.has(key);
  }

  async get(key) {
    return this.kept.get(key);
  }

  async put(key, value) {
    this.#own().set(key, value);
  }

  async del(key) {
    this.#own().delete(key);
  }

  async commit() {
    this.keep(this.kept);
  }

  release() {
    this.closed = true;
    this.end();
  }

  #own() {
    if (!this.copied) this.kept = new Map(this.kept);
    this.copied = true;
    return this.kept;
  }
}

/** Persistence adapters for SignalDB: the whole of a collection in one file. */
export function signaldbFiles(disk) {
  return (name) => ({
    register: async () => {},
    load: async () => ({ items: JSON.parse(disk.get(name) ?? '[]') }),
    save: async (items) => disk.set(name, JSON.stringify(items)),
  });
}
