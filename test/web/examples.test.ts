/** The examples of a page: built from the package as a user gets it, by each bundler and by none, and tried in a real browser. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { fit } from '../../src/app/node/fit.ts'
import { saveModel } from '../../src/app/node/save-model.ts'
import { findChromium } from '../support/chromium.ts'
import { type OpenPage, openPage } from '../support/page.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const built = existsSync(join(root, 'dist/app/web/worker.js'))

let project: string
let opened: OpenPage

/** The package with the files that are published and no others, beside its peer: a user's folder. */
function install(): void {
  const modules = join(project, 'node_modules')
  for (const file of ['package.json', ...manifest.files.filter((name) => name !== 'examples' && name !== 'docs')]) {
    const to = join(modules, 'tweedie', file)
    mkdirSync(dirname(to), { recursive: true })
    cpSync(join(root, file), to, {
      recursive: true,
      filter: (path) => !path.endsWith('.map') && !path.includes('dist/lab'),
    })
  }
  for (const name of ['onnxruntime-web', 'onnxruntime-common', 'vite', 'webpack', 'esbuild']) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  cpSync(join(root, 'examples/web'), join(project, 'web'), { recursive: true })
}

const node = (script: string): string =>
  execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: join(project, 'web'), encoding: 'utf8' })

/** How each is built; the folder that is then served. */
const ways: Readonly<Record<string, () => string>> = {
  vite() {
    node(
      `import { build } from 'vite'; await build({ root: 'vite', configFile: 'vite/vite.config.js', logLevel: 'error' })`,
    )
    return join(project, 'web/vite/dist')
  },
  webpack() {
    node(`
      import webpack from 'webpack'
      import config from './webpack/webpack.config.js'
      const stats = await new Promise((done, fail) => webpack({ ...config, optimization: { minimize: false } }, (error, made) => error ? fail(error) : done(made)))
      if (stats.hasErrors()) throw new Error(stats.toString('errors-only'))
    `)
    cpSync(join(project, 'web/webpack/index.html'), join(project, 'web/webpack/dist/index.html'))
    return join(project, 'web/webpack/dist')
  },
  esbuild() {
    node(`await import('./esbuild/build.js')`)
    return join(project, 'web/esbuild/dist')
  },
  plain() {
    const folder = join(project, 'web/plain')
    cpSync(join(project, 'web/page.js'), join(folder, 'page.js'))
    symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'))
    return folder
  },
}

describe.skipIf(findChromium() === undefined || !built)('a page built by', () => {
  beforeAll(async () => {
    project = mkdtempSync(join(tmpdir(), 'tweedie-web-examples-'))
    install()
    const contents = Object.fromEntries(Object.entries(ways).map(([name, make]) => [`/${name}/`, { folder: make() }]))
    await saveModel(
      join(project, 'model'),
      await fit('glyphs', { widths: [8, 8], batch: 8, steps: 4, seed: 1, items: 64 }),
    )
    opened = await openPage({ contents })
  }, 180_000)
  afterAll(async () => {
    await opened[Symbol.asyncDispose]()
    rmSync(project, { recursive: true })
  })

  it.each(Object.keys(ways))(
    '%s trains, draws, and opens a folder',
    async (name) => {
      const page = await opened.page.context().newPage()
      const errors: string[] = []
      const loaded: Promise<readonly [kind: string, bytes: Buffer]>[] = []
      page.on('pageerror', (error) => void errors.push(String(error)))
      page.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())))
      page.context().on('response', (response) => {
        const [, kind] = /\.(m?js|wasm)(?:\?|$)/.exec(response.url()) ?? []
        if (kind && response.ok()) loaded.push(response.body().then((bytes) => [kind, bytes] as const))
      })
      await page.goto(`${opened.server.origin}/${name}/`)
      await page.waitForFunction(() => document.querySelector('#state')!.textContent!.startsWith('Ready'))
      await page.click('#train')
      await page.waitForFunction(() => /^(Step|Trained)/.test(document.querySelector('#state')!.textContent!))
      const before = await Promise.all(loaded)
      await page.waitForFunction(() => document.querySelector('#state')!.textContent!.startsWith('Trained'))
      const drawn = () =>
        page.evaluate(() => {
          const canvas = document.querySelector('canvas')!
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
          return data.some((value) => value > 0)
        })
      await expect.poll(drawn, { timeout: 20_000 }).toBe(true)
      await page.setInputFiles('#folder', join(project, 'model'))
      await expect.poll(() => page.locator('#pictures img').count(), { timeout: 20_000 }).toBe(8)
      expect(await page.textContent('#state')).toContain('Drawn')
      expect(errors).toEqual([])
      // Of the runtime, only the build without WebGPU is fetched.
      expect(before.filter(([kind]) => kind === 'wasm').map(([, bytes]) => bytes.length < 15e6)).toEqual([true])
      const scripts = before
        .filter(([kind]) => kind !== 'wasm')
        .reduce((sum, [, bytes]) => sum + gzipSync(bytes).length, 0)
      console.log(
        `${name}: ${Math.round(scripts / 1000)} kB of JavaScript, gzip, in ${before.length} files, before the first step is shown`,
      )
      await page.close()
    },
    120_000,
  )
})
