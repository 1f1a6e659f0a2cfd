import { Mwn } from "mwn";
import { many } from "./many.mjs";

await many(async (api) => {
  const bot = new Mwn({
    apiUrl: api,
    username: "Alice@app",
    password: "0123456789abcdef0123456789abcdef",
    userAgent: "mwn",
    silent: true,
  });
  await bot.login();
  const reply = await bot.request({ action: "query", meta: "userinfo", assertuser: "Alice" });
  if (reply.query.userinfo.name !== "Alice") throw new Error("not Alice");
});
