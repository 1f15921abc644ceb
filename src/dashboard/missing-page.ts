/** What stands at the dashboard's paths until it is built. */
export const missingPage = (styleNonce: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>SocialHub</title>
    <link rel="icon" href="data:,">
    <style nonce="${styleNonce}">body { font: 1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1rem }</style>
  </head>
  <body>
    <h1>SocialHub</h1>
    <p>The API is ready. Its dashboard is not built yet: run <code>npm run build:web</code>, then start
    the server again. <code>npm start</code> does both.</p>
    <p>Meanwhile: <a href="/graphiql">GraphiQL</a>.</p>
  </body>
</html>
`;
