/** The documentation's page and its stylesheet. No script, nothing from elsewhere. */

export const DOCS_TEMPLATE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title><%= it.title %> API</title>
<link rel="stylesheet" href="/api/docs/style.css">
</head>
<body>
<main>
<h1><%= it.title %> API</h1>
<p>Made from the same schemas that check each request. As a file: <a href="/api/v1/openapi.json">OpenAPI 3.1</a>.</p>
<nav aria-label="Sections"><ul>
<% it.tags.forEach(([tag]) => { %><li><a href="#<%= tag.toLowerCase().replaceAll(" ", "-") %>"><%= tag %></a></li><% }) %>
<li><a href="#schemas">Schemas</a></li>
</ul></nav>
<% it.tags.forEach(([tag, operations]) => { %>
<section aria-labelledby="<%= tag.toLowerCase().replaceAll(" ", "-") %>">
<h2 id="<%= tag.toLowerCase().replaceAll(" ", "-") %>"><%= tag %></h2>
<% operations.forEach((operation) => { %>
<article>
<h3><span class="method"><%= operation.method %></span> <code><%= operation.path %></code></h3>
<p><%= operation.summary %>. <%= operation.description %></p>
<dl>
<% if (operation.parameters.length > 0) { %><dt>Parameters</dt><dd><%= operation.parameters.join(", ") %></dd><% } %>
<% if (operation.body) { %><dt>Body</dt><dd><%= operation.body %></dd><% } %>
<dt>Answers</dt><dd><%= operation.answers.join(", ") %></dd>
</dl>
</article>
<% }) %>
</section>
<% }) %>
<section aria-labelledby="schemas">
<h2 id="schemas">Schemas</h2>
<% it.schemas.forEach((schema) => { %>
<details><summary><%= schema.name %></summary><pre><%= schema.text %></pre></details>
<% }) %>
</section>
</main>
</body>
</html>
`;

export const DOCS_CSS = `:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; padding-inline: 1rem; }
main { max-inline-size: 60rem; margin-inline: auto; padding-block: 1.5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; padding: 0; list-style: none; }
article { border-block-start: 1px solid; padding-block: 0.5rem; }
h3 { font-size: 1rem; margin-block: 0.5rem; overflow-wrap: anywhere; }
.method { display: inline-block; min-inline-size: 4rem; font-weight: 700; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { overflow-x: auto; }
`;
