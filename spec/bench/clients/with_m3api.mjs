import Session from "m3api";
import { many } from "./many.mjs";

await many(async (api) => {
  const session = new Session(api, { formatversion: 2, errorformat: "plaintext" }, { userAgent: "m3api" });
  const { query } = await session.request({ action: "query", meta: "tokens", type: "login" });
  const { login } = await session.request(
    {
      action: "login",
      lgname: "Alice@app",
      lgpassword: "0123456789abcdef0123456789abcdef",
      lgtoken: query.tokens.logintoken,
    },
    { method: "POST" },
  );
  if (login.result !== "Success") throw new Error(login.result);
  const reply = await session.request({ action: "query", meta: "userinfo", assertuser: "Alice" });
  if (reply.query.userinfo.name !== "Alice") throw new Error("not Alice");
});
