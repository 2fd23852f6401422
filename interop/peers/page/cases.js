// Runs the cases one after another against the echo server whose URL is this page's query, and posts each result.
"use strict";

const server = location.search.slice(1);
const PATIENCE = 45_000;

/** A WebSocket whose messages and end can be awaited. */
class Client {
  constructor(path = "/", protocols = []) {
    this.socket = new WebSocket(server + path, protocols);
    this.socket.binaryType = "arraybuffer";
    this.messages = [];
    this.waiting = [];
    this.opened = new Promise((resolve, reject) => {
      this.socket.onopen = resolve;
      this.socket.onerror = () => reject(new Error("the connection failed"));
    });
    this.opened.catch(() => {});
    this.closed = new Promise((resolve) => {
      this.socket.onclose = resolve;
    });
    this.closed.then((event) => {
      const error = new Error(`closed with ${event.code} ${event.reason}`);
      this.waiting.splice(0).forEach(({ reject }) => reject(error));
    });
    this.socket.onmessage = ({ data }) => {
      const next = this.waiting.shift();
      if (next) next.resolve(data);
      else this.messages.push(data);
    };
  }

  receive() {
    if (this.messages.length > 0) return Promise.resolve(this.messages.shift());
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  async echo(message) {
    this.socket.send(message);
    same(await this.receive(), message);
  }

  /** Closes, and gives the event. */
  close(...status) {
    this.socket.close(...status);
    return this.closed;
  }
}

function same(actual, expected) {
  if (typeof expected === "string") {
    if (actual !== expected) throw new Error(`other text of ${actual.length} characters`);
    return;
  }
  if (!(actual instanceof ArrayBuffer)) throw new Error("text instead of binary");
  const [a, b] = [new Uint8Array(actual), new Uint8Array(expected)];
  if (a.length !== b.length) throw new Error(`${a.length} bytes instead of ${b.length}`);
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) throw new Error(`byte ${i} differs`);
}

function is(actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${a} instead of ${b}`);
}

/** Bytes that show any loss, repetition or shift; the same each time. */
function pattern(length) {
  const bytes = new Uint8Array(length);
  let state = 0x9e3779b9;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes.buffer;
}

async function withClient(use) {
  const client = new Client();
  await client.opened;
  try {
    await use(client);
  } finally {
    await client.close(1000);
  }
}

const cases = [];
const test = (name, run) => cases.push([name, run]);
const testOpen = (name, use) => test(name, () => withClient(use));

testOpen("no subprotocol, no extension", async ({ socket }) => is([socket.protocol, socket.extensions], ["", ""]));
testOpen("text, non-ASCII and empty", async (client) => {
  for (const text of ["", "a", "Grüße, 世界 😀", "\0\u007f\u0080\u07ff\u0800\uffff\u{10ffff}"]) await client.echo(text);
});
testOpen("binary and empty binary", async (client) => {
  await client.echo(new ArrayBuffer(0));
  await client.echo(Uint8Array.from({ length: 256 }, (_, i) => i).buffer);
});
testOpen("a Blob", async (client) => {
  client.socket.send(new Blob([pattern(5000)]));
  same(await client.receive(), pattern(5000));
});
testOpen("sizes around the limits of lengths and buffers", async (client) => {
  for (const size of [125, 126, 127, 16383, 16384, 16385, 65535, 65536, 65537]) {
    await client.echo(pattern(size));
    await client.echo("ü".repeat(size));
  }
});
for (const mebibytes of [1, 16]) {
  const size = mebibytes << 20;
  testOpen(`${mebibytes} MiB of binary`, (client) => client.echo(pattern(size)));
  testOpen(`${mebibytes} MiB of text`, (client) => client.echo("ü世😀 ".repeat(size / 10)));
}
testOpen("10,000 messages, all sent at once", async (client) => {
  for (let i = 0; i < 10_000; i++) client.socket.send(`message ${i}`);
  for (let i = 0; i < 10_000; i++) same(await client.receive(), `message ${i}`);
});
testOpen("1,000 messages, one after another, text and binary in turn", async (client) => {
  for (let i = 0; i < 1000; i++) await client.echo(i % 2 ? `message ${i}` : pattern(i));
});

const longReason = "é".repeat(61) + "x";
for (const [code, reason] of [[1000, "bye"], [3000, "Grüße"], [4999, longReason], [1000, ""]]) {
  test(`we close with ${code}, ${reason.length} characters`, async () => {
    const client = new Client();
    await client.opened;
    const event = await client.close(code, reason);
    is([event.wasClean, event.code, event.reason], [true, code, reason]);
  });
}
test("we close without a code", async () => {
  const client = new Client();
  await client.opened;
  const event = await client.close();
  is([event.wasClean, event.code, event.reason], [true, 1005, ""]);
});
for (const [code, reason] of [[1000, "bye"], [1001, ""], [1011, "x"], [3000, "Grüße"], [4999, longReason]]) {
  test(`the server closes with ${code}, ${reason.length} characters`, async () => {
    const client = new Client(`/close/${code}/${encodeURIComponent(reason)}`);
    await client.opened;
    const event = await client.closed;
    is([event.wasClean, event.code, event.reason], [true, code, reason]);
  });
}
test("we close while a large echo is under way", async () => {
  const client = new Client();
  await client.opened;
  client.socket.send(pattern(4 << 20));
  const event = await client.close(3001, "enough");
  is([event.wasClean, event.code, event.reason], [true, 3001, "enough"]);
});

test("a subprotocol: our preference", async () => {
  const client = new Client("/", ["unknown", "second", "first"]);
  await client.opened;
  is(client.socket.protocol, "second");
  await client.echo("x");
  await client.close(1000);
});
test("a subprotocol: none in common is refused by the browser", async () => {
  const event = await new Client("/", ["unknown"]).closed;
  is([event.wasClean, event.code], [false, 1006]);
});
test("50 connections at once, 20 messages each", async () => {
  const talk = async (number) => {
    const client = new Client();
    await client.opened;
    for (let i = 0; i < 20; i++) await client.echo(`${number}: ${i}`);
    const event = await client.close(1000, `${number}`);
    is([event.wasClean, event.reason], [true, `${number}`]);
  };
  await Promise.all(Array.from({ length: 50 }, (_, number) => talk(number)));
});

function inTime(promise) {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`not done within ${PATIENCE} ms`)), PATIENCE);
  });
  return Promise.race([promise, late]);
}

const post = (path, result) => fetch(path, { method: "POST", body: JSON.stringify(result) });

(async () => {
  for (const [name, run] of cases) {
    const began = performance.now();
    const result = { name, passed: true, detail: "" };
    try {
      await inTime(run());
      result.detail = `${((performance.now() - began) / 1000).toFixed(2)} s`;
    } catch (error) {
      result.passed = false;
      result.detail = String(error);
    }
    await post("/result", result);
  }
  await post("/done", { cases: cases.length });
})();
