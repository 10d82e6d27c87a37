/** The pages that webviews start with: a strict content security policy and the bundled script and style. */
import { randomBytes } from 'node:crypto';
import { Uri, type Webview, type WebviewOptions } from 'vscode';
import { escapeHtml } from './html.ts';

/** Scripts run only from the bundle; nothing but its folder is readable. Set anew on a restored panel, which may carry an older version's folder. */
export function webviewOptions(extensionUri: Uri): WebviewOptions {
  return { enableScripts: true, localResourceRoots: [Uri.joinPath(extensionUri, 'dist', 'webview')] };
}

/** @param name of the bundle in dist/webview */
export function webviewPage(webview: Webview, extensionUri: Uri, name: string): string {
  const nonce = randomBytes(16).toString('base64');
  const asset = (extension: string): Uri => webview.asWebviewUri(Uri.joinPath(extensionUri, 'dist', 'webview', `${name}.${extension}`));
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`, // the toolkit probes the browser with one empty style element
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} blob: data:`,
  ].join('; ');
  // What hears early messages stands before the style, for which a script would wait; messages come 200 ms after the page begins at the latest.
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<script nonce="${nonce}">earlyMessages = []; onmessage = ({ data }) => earlyMessages.push(data);</script>
<link rel="stylesheet" href="${asset('css')}">
<title>Fovea</title>
</head>
<body>
<div id="app"></div>
<script type="module" nonce="${nonce}" src="${asset('js')}"></script>
</body>
</html>`;
}

/** A page that says why there is nothing else to see. */
export function messagePage(message: string, help: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>main { max-width: 480px; margin: 20vh auto 0; padding: 0 16px; } h1 { font-size: 14px; } p { color: var(--vscode-descriptionForeground); }</style>
<title>Fovea</title>
</head>
<body><main><h1>${escapeHtml(message)}</h1><p>${escapeHtml(help)}</p></main></body>
</html>`;
}
