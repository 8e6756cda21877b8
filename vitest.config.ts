import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { findChromium, flags, installChromium } from './test/support/chromium.ts'
import { LongestFirst } from './test/support/longest-first.ts'

installChromium()
const executablePath = findChromium()

const inRoot = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** What a browser gets in place of modules for Node. */
const standIns: Readonly<Record<string, string>> = {
  '/engine/runtime/node/index.ts': 'test/support/stand-ins/engine.ts',
  'node:fs': 'test/support/stand-ins/files.ts',
}

/** Tests that a browser runs, too, just as they are: what they get as the engine for Node is the one for browsers. */
const alsoInBrowser = [
  'test/engine/onnx/lowering.test.ts',
  'test/engine/onnx/call.test.ts',
  'test/engine/nn/golden-runtime.test.ts',
  'test/engine/runtime/program.test.ts',
  'test/engine/runtime/resident.test.ts',
  'test/engine/muon/muon.test.ts',
  'test/tools/train/parts.test.ts',
  'test/tools/train/checkpoint.test.ts',
  'test/families/sampling.test.ts',
]

/**
 * Tests that only import and compute: files in one process, one after another, share what is loaded. Those named `.alone.test.ts` change what a
 * process shares.
 */
const together = 'test/{diffusion,engine,families,files,lab,tools}/**'

// The runtime itself uses every core, and browsers do: a third worker fills the pauses, more would only fight each other.
const workers = { maxWorkers: 3, pool: 'forks' } as const

const inChromium: TestProjectConfiguration = {
  extends: true,
  plugins: [
    {
      name: 'stand-ins',
      enforce: 'pre',
      resolveId: (id) => {
        const found = Object.keys(standIns).find((name) => id.endsWith(name))
        return found === undefined ? null : inRoot(standIns[found]!)
      },
    },
  ],
  define: { 'globalThis.projectRoot': JSON.stringify(inRoot('.')) },
  server: { fs: { allow: [inRoot('..'), realpathSync(inRoot('node_modules'))] } },
  test: {
    name: 'chromium',
    sequence: { groupOrder: 1, sequencer: LongestFirst }, // after the others, which take every core
    include: alsoInBrowser,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { ...(executablePath && { executablePath }), args: [...flags] } }),
      instances: [{ browser: 'chromium' }],
    },
  },
}

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } }, // what is waited for comes late on a machine that is busy
    sequence: { sequencer: LongestFirst },
    // Tests leave the user's cache alone.
    env: { TWEEDIE_CACHE: 'off' },
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['test/**/*.test.ts'], exclude: [`${together}/!(*.alone).test.ts`], ...workers },
      },
      {
        extends: true,
        test: {
          name: 'node-together',
          include: [`${together}/*.test.ts`],
          exclude: ['**/*.alone.test.ts'],
          isolate: false,
          ...workers,
        },
      },
      ...(executablePath === undefined ? [] : [inChromium]),
    ],
  },
})
