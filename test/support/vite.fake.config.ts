import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const support = import.meta.dirname

/** The window with the fake program behind it: `vite --config test/support/vite.fake.config.ts`. */
export default defineConfig({
  root: resolve(support, '../../src/renderer'),
  cacheDir: resolve(support, '../../.setup/vite-fake'),
  plugins: [
    vue(),
    {
      name: 'fake-program',
      transformIndexHtml: () => [
        {
          tag: 'script',
          attrs: { type: 'module', src: `/@fs${resolve(support, 'fake-main.ts')}` },
          injectTo: 'head-prepend' as const,
        },
      ],
    },
  ],
  resolve: {
    alias: [
      {
        find: /^.*\/bridge\/pictures\.ts$/,
        replacement: resolve(support, 'fake-pictures.ts'),
      },
    ],
  },
  server: {
    port: 5199,
    strictPort: true,
    hmr: false,
    fs: { allow: [resolve(support, '../..')] },
    // The page's own policy, so that a breach is seen while it is written.
    headers: {
      'Content-Security-Policy':
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src gleaner: data: blob:; font-src 'self'; frame-src 'self' blob:; connect-src 'self' ws:",
    },
  },
})
