// Runs `logIn` as often as asked, so many at once: client.mjs API LOGINS IN_FLIGHT
export async function many(logIn) {
  const [api, logins, inFlight] = process.argv.slice(2);
  let left = Number(logins);
  async function work() {
    while (left-- > 0) await logIn(api);
  }
  await Promise.all(Array.from({ length: Math.max(1, Number(inFlight)) }, work));
  process.exit(0); // kept connections would keep the process
}
