/** Examples of the documentation in a browser, as the site's pages run them: a handful here, all of them in `npm run site:examples`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runExamples } from '../../site/check/run-examples.ts'
import { type Bundled, bundlePackage } from '../../site/examples/bundle.ts'
import { examplesOf, promised } from '../../site/examples/find.ts'
import { moduleOf } from '../../site/examples/module.ts'
import { readPages } from '../docs/pages.ts'
import { findChromium, launchChromium } from '../support/chromium.ts'
import { serve } from '../support/serve.ts'

/** Analytic models, tokens, and an engine. */
const pages = ['docs/theory/ddim.md', 'docs/theory/discrete.md', 'docs/theory/vae.md']

describe.skipIf(findChromium() === undefined)('in a browser', () => {
  it('examples print what they say, and what fails says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tweedie-site-'))
    try {
      const bundled = await bundlePackage(join(folder, 'package'))
      const texts = new Map(readPages().map(({ path, text }) => [path, text]))
      const examples = pages.flatMap((page) => examplesOf(page, texts.get(page)!).slice(0, 1))
      mkdirSync(join(folder, 'run'))
      for (const { id, code } of examples) writeModule(folder, id, code, bundled)
      writeModule(folder, 'throws', `throw new Error('no')`, bundled)
      writeModule(folder, 'other', 'console.log(1) // → 2', bundled)
      await using server = await serve({ '/': { folder } })
      writeFileSync(join(folder, 'index.html'), '<!doctype html><title>x</title>')
      const browser = await launchChromium()
      try {
        const page = await browser.newPage()
        await page.goto(server.origin)
        const note = (code: string) => ({ runs: true, names: [], page: 'x', prints: promised(code) })
        const notes = Object.fromEntries(examples.map(({ id, code }) => [id, note(code)]))
        const outcomes = await runExamples(page, notes)
        expect(outcomes.map(({ wrong }) => wrong)).toEqual(examples.map(() => undefined))
        expect(outcomes.map(({ lines }) => lines.length > 0)).toEqual(examples.map(() => true))
        const bad = await runExamples(page, { throws: note(''), other: note('// → 2'), missing: note('') })
        expect(bad.map(({ wrong }) => wrong)).toEqual([
          'Error: no',
          'printed ["1"]',
          expect.stringContaining('missing'),
        ])
      } finally {
        await browser.close()
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

function writeModule(folder: string, id: string, code: string, bundled: Bundled): void {
  const text = moduleOf({ code }, { runs: true, imports: new Map(), standIns: [] }, bundled)
  writeFileSync(join(folder, 'run', `${id}.js`), text)
}
