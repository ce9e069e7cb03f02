// Opens a SMART Health Link: asks who reads, fetches the file and decrypts it here. Nothing leaves this browser but
// the reader's name and the passcode; the key stands in the fragment, which is never sent anywhere.

const byId = (id) => document.getElementById(id);
const form = byId("form"), said = byId("said");
const say = (text) => { said.textContent = text; };
const AGAIN = "Please ask the person who shared it for a new link.";

const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

function readLink() {
  const fragment = location.hash;
  history.replaceState(null, "", location.pathname);
  const found = /shlink:\/([A-Za-z0-9_-]+)$/.exec(fragment);
  if (!found) throw Error("There is no link here. Please open it once more from where you got it, or scan it again.");
  let link;
  try {
    link = JSON.parse(new TextDecoder().decode(bytesOf(found[1])));
  } catch {
    throw Error(`This link is not whole. Please copy all of it. ${AGAIN}`);
  }
  if (typeof link.url !== "string" || !link.url.startsWith(`${location.origin}/shl/`)) {
    throw Error("This link belongs to another service, which this page cannot open.");
  }
  if ((link.v ?? 1) !== 1) throw Error("This link is newer than this page. Please reload the page and scan it again.");
  if (link.exp * 1000 <= Date.now()) {
    throw Error(`This link ran out on ${new Date(link.exp * 1000).toLocaleString()}. ${AGAIN}`);
  }
  return { ...link, flags: link.flag ?? "" };
}

async function refused(answer) {
  const problem = await answer.json().catch(() => ({}));
  if (answer.status === 401) {
    const left = problem.remainingAttempts;
    const tries = left === 1 ? "one more try" : `${left} more tries`;
    return left > 0
      ? `This is not the passcode. There ${left === 1 ? "is" : "are"} ${tries}; after that the link is locked.`
      : `This is not the passcode, and there are no more tries: the link is locked. ${AGAIN}`;
  }
  if (answer.status === 404) {
    return `This link opens nothing any more. It may have been used up, paused, ended or locked. ${AGAIN}`;
  }
  if (answer.status === 429) return `Too many requests. Please wait ${answer.headers.get("Retry-After")} seconds.`;
  return problem.detail ?? "This could not be opened. Please try again in a moment.";
}

async function fetched(address, options) {
  let answer;
  try {
    answer = await fetch(address, { credentials: "omit", cache: "no-store", ...options });
  } catch {
    throw Error("The service could not be reached. Please check your connection and try again.");
  }
  if (!answer.ok) throw Error(await refused(answer));
  return answer;
}

async function encryptedFile(link, recipient, passcode) {
  if (link.flags.includes("U")) {
    return (await fetched(`${link.url}?recipient=${encodeURIComponent(recipient)}`)).text();
  }
  const answer = await fetched(link.url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ recipient, ...(link.flags.includes("P") ? { passcode } : {}) }),
  });
  const [file] = (await answer.json()).files;
  return file.embedded ?? (await fetched(file.location)).text();
}

async function decrypted(jwe, key) {
  const [header, , iv, text, tag] = jwe.split(".");
  try {
    const secret = await crypto.subtle.importKey("raw", bytesOf(key), "AES-GCM", false, ["decrypt"]);
    const [inside, seal] = [text, tag].map(bytesOf);
    const sealed = new Uint8Array(inside.length + seal.length);
    sealed.set(inside);
    sealed.set(seal, inside.length);
    const how = { name: "AES-GCM", iv: bytesOf(iv), additionalData: new TextEncoder().encode(header) };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, secret, sealed)));
  } catch {
    throw Error(`This could not be decrypted: the link is not whole, or not this file's. ${AGAIN}`);
  }
}

async function openLink(link) {
  byId("open").disabled = true;
  say("One moment ...");
  try {
    const jwe = await encryptedFile(link, byId("recipient").value.trim(), byId("passcode").value);
    show(await decrypted(jwe, link.key));
    form.hidden = true;
    say("");
  } catch (problem) {
    say(problem.message);
  } finally {
    byId("open").disabled = false;
  }
}

try {
  const link = readLink();
  const asks = link.flags.includes("P");
  byId("ask").hidden = !asks;
  byId("passcode").required = asks;
  form.hidden = false;
  if (!globalThis.crypto?.subtle) throw Error("This browser decrypts only on pages with https. Please open the link there.");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    openLink(link);
  });
} catch (problem) {
  form.hidden = true;
  say(problem.message);
}
