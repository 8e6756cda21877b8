/** A page of a real browser that runs TypeScript of the tests: bundled from the sources, served beside onnxruntime-web. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import { type Content, serve, type ServeOptions, type TestServer } from './serve.ts'

/** Where pages find onnxruntime-web's files: `webEngine({ assets: '/ort/' })`. */
export const ortFolder = fileURLToPath(new URL('../../node_modules/onnxruntime-web/dist', import.meta.url))

/** A TypeScript file with all that it imports as one module. */
export async function bundled(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    define: { CODE_DIGEST: '"test"' },
    logLevel: 'silent',
  })
  return outputFiles[0]!.text
}

export interface OpenPage extends AsyncDisposable {
  readonly page: Page
  readonly server: TestServer
  readonly browser: Browser
  /** Everything that the page wrote to its console as an error, and errors that nobody caught. */
  readonly errors: readonly string[]
}

/** Options of {@link openPage}. */
export interface OpenPageOptions extends ServeOptions {
  /** A TypeScript module that the page loads first. */
  readonly script?: string
  /** What else is served. */
  readonly contents?: Readonly<Record<string, Content>>
  /** For the browser's command line. */
  readonly flags?: readonly string[]
}

/**
 * Opens an empty page with a module in it; disposing closes the browser.
 *
 * @example
 * await using opened = await openPage({ script: 'test/web/page.ts' })
 * expect(await opened.page.evaluate(() => 1 + 1)).toBe(2)
 */
export async function openPage({ script, contents = {}, isolated, flags }: OpenPageOptions = {}): Promise<OpenPage> {
  const module = script === undefined ? '' : await bundled(script)
  const server = await serve(
    {
      '/': {
        type: 'text/html',
        text: `<!doctype html><title>test</title><script type="module" src="/test.js"></script>`,
      },
      '/test.js': { type: 'text/javascript', text: module },
      '/favicon.ico': { type: 'image/svg+xml', text: '<svg xmlns="http://www.w3.org/2000/svg"/>' },
      '/ort/': { folder: ortFolder },
      ...contents,
    },
    { isolated: isolated ?? false },
  )
  const browser = await launchChromium({ ...(flags && { flags }) })
  const errors: string[] = []
  // A context of its own may have further tabs: `page.context().newPage()`.
  const page = await (await browser.newContext()).newPage()
  page.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())))
  page.on('pageerror', (error) => void errors.push(String(error)))
  await page.goto(server.origin)
  return {
    page,
    server,
    browser,
    errors,
    async [Symbol.asyncDispose]() {
      await browser.close()
      await server[Symbol.asyncDispose]()
    },
  }
}
