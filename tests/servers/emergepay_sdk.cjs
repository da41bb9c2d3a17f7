// EmergePay's own SDK, driven by lines of JSON: {id, url, oid, authToken, call, args} in; {id, result} or {id, error} out.
const { emergepaySdk } = require("emergepay-sdk");
const readline = require("node:readline");

// The SDK has no wallets: as the old back end did it, by hand.
async function wallet({ url, oid, authToken }, transactionData) {
  const answer = await fetch(`${url}/orgs/${oid}/transactions/wallets`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${authToken}` },
    body: JSON.stringify({ transactionData }),
  });
  const body = await answer.json();
  if (!answer.ok) throw body;
  return { data: body.transactionResponse };
}

async function answer(command) {
  const { id, url, oid, authToken, call, args } = command;
  try {
    if (call === "wallet") return { id, result: await wallet(command, ...args) };
    const sdk = new emergepaySdk({ oid, authToken, environmentUrl: url, integratorAppVersion: "tests 1.0" });
    return { id, result: (await sdk[call](...args)) ?? null };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : error };
  }
}

const commands = readline.createInterface({ input: process.stdin });
commands.on("line", async (line) => process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n"));
