// What service.mjs promises the sync libraries, against a service made of a few lines. Run by pytest.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Service } from './service.mjs';

/** A service that keeps what it was sent, and does as `onPush` says, if that says anything. */
function standIn(onPush = () => {}) {
  const pushes = [];
  const kept = new Map();
  const memory = { get: (key) => kept.get(key) ?? null, set: (key, text) => void kept.set(key, text) };
  const answer = (status, body) => ({ ok: status < 400, status, json: async () => body });
  const fetch = async (address, { body }) => {
    const { pathname } = new URL(address);
    if (pathname === '/v1/auth/token') return answer(200, { access_token: 'a', refresh_token: 'r' });
    if (pathname === '/v1/sync/pull') return answer(200, { changes: [], epoch: 'e1', cursor: 'e1.1.1', rev: 1 });
    pushes.push(JSON.parse(body));
    const [status, said] = (await onPush(pushes)) ?? [];
    const results = JSON.parse(body).mutations.map(({ kind, id, fields }) => ({
      kind,
      id,
      push: pushes.length,
      fields,
    }));
    return status ? answer(status, said) : answer(200, { rev: 2, epoch: 'e1', results });
  };
  const start = () => new Service({ url: 'http://127.0.0.1', signIn: async () => ({}), memory, fetch });
  return { pushes, start };
}

const put = (note, id = 'day-2026-03-01') => ({ kind: 'day', op: 'put', id, base: 5, fields: { note } });
const notes = ({ mutations }) => mutations.map(({ fields }) => fields.note);

function losing(count) {
  return ({ length }) => {
    if (length <= count) throw new TypeError('the answer was lost');
  };
}

test('a push whose answer was lost goes out again word for word, also after a restart', async () => {
  const { pushes, start } = standIn(losing(1));
  await assert.rejects(start().push([put('one')]));
  const results = await start().push([put('one')]);
  assert.equal(pushes.length, 2);
  assert.deepEqual(pushes[0], pushes[1]);
  assert.deepEqual(notes({ mutations: results }), ['one']);
});

test('what was written meanwhile follows under the next number', async () => {
  const { pushes, start } = standIn(losing(1));
  const service = start();
  await assert.rejects(service.push([put('one')]));
  await service.push([put('one'), put('two'), put('other', 'day-2026-03-02')]);
  assert.deepEqual(
    pushes.map(({ seq }) => seq),
    [1, 1, 2],
  );
  assert.deepEqual(pushes.map(notes), [['one'], ['one'], ['two', 'other']]);
});

test('a value that comes back is sent once more, as the last word', async () => {
  const { pushes, start } = standIn(losing(2));
  const service = start();
  await assert.rejects(service.push([put('one')]));
  await assert.rejects(service.push([put('two')]));
  const results = await service.push([put('one')]);
  assert.deepEqual(pushes.slice(2).map(notes), [['one'], ['two'], ['one']]);
  assert.equal(results[0].push, 5);
});

test('pushes made at the same time go one after the other', async () => {
  const { pushes, start } = standIn();
  const service = start();
  await Promise.all([1, 2, 3].map((day) => service.push([put('one', `day-2026-03-0${day}`)])));
  assert.deepEqual(
    pushes.map(({ seq }) => seq),
    [1, 2, 3],
  );
});

test('many mutations are several pushes, with an answer for each', async () => {
  const { pushes, start } = standIn();
  const many = Array.from({ length: 450 }, (_, number) => put(`${number}`, `day-${number}`));
  const results = await start().push(many);
  assert.deepEqual(
    pushes.map(({ mutations }) => mutations.length),
    [200, 200, 50],
  );
  assert.deepEqual(notes({ mutations: results }), notes({ mutations: many }));
});

test('a phone that was copied takes a name of its own', async () => {
  const { pushes, start } = standIn(({ length }) =>
    length === 1 ? [409, { code: 'bad-seq', last_seq: 7 }] : undefined,
  );
  await start().push([put('one')]);
  assert.notEqual(pushes[0].device, pushes[1].device);
  assert.equal(pushes[1].seq, 1);
});

test('a phone whose number is ahead of the service goes on from there', async () => {
  const { pushes, start } = standIn(({ length }) =>
    length === 2 ? [409, { code: 'bad-seq', last_seq: 0 }] : undefined,
  );
  const service = start();
  await service.push([put('one')]);
  await service.push([put('two')]);
  assert.deepEqual(
    pushes.map(({ seq }) => seq),
    [1, 2, 1],
  );
  assert.equal(new Set(pushes.map(({ device }) => device)).size, 1);
});
