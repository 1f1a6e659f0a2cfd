import Bot from "nodemw";
import { many } from "./many.mjs";

await many((api) => {
  const { hostname, port } = new URL(api);
  const bot = new Bot({ protocol: "http", server: hostname, port: Number(port), path: "" });
  return new Promise((resolve, reject) => {
    bot.logIn("Alice@app", "0123456789abcdef0123456789abcdef", (error) => {
      if (error) return reject(error);
      bot.whoami((trouble, user) => {
        if (trouble || user.name !== "Alice") return reject(trouble || new Error("not Alice"));
        resolve();
      });
    });
  });
});
