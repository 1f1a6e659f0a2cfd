// The pages a person meets at the provider: plain forms, no script.

const escape = (text) =>
  String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const page = (title, body) => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<style>
body { font: 1.1em/1.5 system-ui, sans-serif; max-width: 24em; margin: 3em auto; padding: 0 1em; }
label { display: block; margin-top: 1em; }
input { font: inherit; width: 100%; box-sizing: border-box; }
button { font: inherit; margin: 1em 1em 0 0; }
</style>
</head>
<body>
<h1>${escape(title)}</h1>
${body}
</body>
</html>
`;

export const login = (uid, problem) =>
  page(
    "Log in",
    `${problem ? `<p id="problem" role="alert">${escape(problem)}</p>` : ""}
<form method="post" action="/interaction/${escape(uid)}/login">
<label for="login">Account</label>
<input id="login" name="login" autocomplete="username" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button id="submit" type="submit">Log in</button>
</form>`
  );

export const consent = (uid, client, scopes) =>
  page(
    "May it?",
    `<p><b id="client">${escape(client)}</b> wants to know who you are (${escape(scopes)}).</p>
<form method="post" action="/interaction/${escape(uid)}/consent">
<button id="allow" type="submit" name="answer" value="allow">Allow</button>
<button id="deny" type="submit" name="answer" value="deny">Refuse</button>
</form>`
  );

export const trouble = (title, detail) =>
  page(title, `<p id="trouble">${escape(detail)}</p>`);
