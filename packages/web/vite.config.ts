// The dashboard's bundle, into the folder that the server serves. Names carry a hash of the content, so that a browser may
// keep them for ever.

import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), tailwindcss()],
  build: {
    outDir: fileURLToPath(new URL('../server/public', import.meta.url)),
    emptyOutDir: true,
    // A page of a strict policy loads no data: URLs.
    assetsInlineLimit: 0,
    target: 'es2023',
    // By it a test adds up what a screen loads.
    manifest: true,
  },
});
