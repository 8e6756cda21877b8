/**
 * The documentation tells the truth: links lead somewhere, quoted code is in the file it is quoted from, and examples run.
 *
 * - A block `ts file=PATH` quotes PATH. Its lines must stand there together, whatever their indentation; a line `…` skips.
 * - A block `ts run` is a program of its own. A comment `// → text` says what the line prints.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { samplers } from '../../src/diffusion/sample/index.ts'
import { anchorsOf, type Block, linksOf, namedFiles, type Page, parsePage, readPages } from './pages.ts'
import { runBlocks } from './run-blocks.ts'

const pages = readPages()
const page = (path: string): Page => pages.find((each) => each.path === path)!

const names = new Set(
  ['src', 'bench', 'examples', 'test', 'bin'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => basename(file)),
  ),
)

describe.each(pages)('$path', (each) => {
  test('links lead to files and headings that are there', () => {
    const broken = linksOf(each).filter(({ target, anchor }) => {
      if (!existsSync(target)) return true
      return anchor !== undefined && target.endsWith('.md') && !anchorsOf(parsed(target)).includes(anchor)
    })
    expect(broken).toEqual([])
  })

  test('the files that are named exist', () => {
    const missing = namedFiles(each).filter(
      (file) => !existsSync(file) && !existsSync(`src/${file}`) && !(names.has(file) && !file.includes('/')),
    )
    expect(missing).toEqual([])
  })

  test('quoted code stands in its file, and the page links there', () => {
    for (const { info, lines, line } of each.blocks) {
      const file = /\bfile=(\S+)/.exec(info)?.[1]
      if (file === undefined) continue
      const where = `${each.path}:${line}`
      expect(missingQuote(lines, readFileSync(file, 'utf8')), where).toBeUndefined()
      expect(
        linksOf(each).map(({ target }) => target),
        where,
      ).toContain(file)
    }
  })

  test('formulas survive GitHub: nothing that Markdown would take for its own', () => {
    const formulas = [...each.prose.matchAll(/\$\$([\s\S]*?)\$\$|(?<!\$)\$([^$\n]+)\$/g)].map(
      (match) => match[1] ?? match[2]!,
    )
    const fragile = formulas.filter((formula) => /[})\]|]_|\\[{},;:!\\ ]|\*|<[a-z]/.test(formula))
    expect(fragile).toEqual([])
    expect(each.prose.split('$$').length % 2).toBe(1)
  })
})

test('examples run, and print what they say', () => {
  const runnable = pages.flatMap(({ path, blocks }) =>
    blocks
      .filter(({ info }) => /^ts run\b/.test(info))
      .map((block) => ({ where: `${path}:${block.line}`, expected: promised(block), source: block.lines.join('\n') })),
  )
  expect(runnable.length).toBeGreaterThan(0)
  const outcomes = runBlocks(runnable.map(({ source }) => source))
  expect(outcomes.map(({ printed, error }, i) => ({ where: runnable[i]!.where, printed, error }))).toEqual(
    runnable.map(({ where, expected }) => ({ where, printed: expected, error: undefined })),
  )
})

test('figures are small, and all of them are shown', () => {
  const shown = new Set(pages.flatMap((each) => linksOf(each).map(({ target }) => target)))
  for (const name of readdirSync('docs/theory/figures')) {
    const path = `docs/theory/figures/${name}`
    expect(shown, name).toContain(path)
    expect(statSync(path).size, name).toBeLessThan(60 * 1024)
  }
})

test('the table of names is that of the registry', () => {
  const { prose } = page('docs/theory/README.md')
  for (const { sampler, alias, diffusers } of samplers) {
    const cell = (text?: string, code = true): string => (text ? (code ? `\`${text}\`` : text) : '–')
    expect(prose).toContain(`| \`${sampler.name}\` | ${cell(alias, false)} | ${cell(diffusers)} |`)
  }
})

test('the table of orders claims what the samplers claim', () => {
  const rows = [...page('docs/theory/solvers.md').prose.matchAll(/^\| `([^`]+)` \| (\d) \| (\d\.\d\d) \|/gm)]
  const claims = new Map(rows.map(([, name, claimed]) => [name, Number(claimed)]))
  const unmeasured = /^(lcm$|tcd$|heun-churn$|annealed-langevin|ddpm-learned|consistency$|pc\(|rk45|sde-adaptive)/
  for (const { sampler } of samplers) {
    if (!unmeasured.test(sampler.name)) expect(claims.get(sampler.name), sampler.name).toBe(sampler.order)
  }
  for (const [, name, claimed, measured] of rows) expect(Number(measured), name).toBeGreaterThan(Number(claimed) - 0.4)
})

test('the checks themselves can fail', () => {
  const bad = parsePage('docs/x.md', '[a](nowhere.md) `src/nowhere.ts`\n```ts file=package.json\nnot there\n```\n')
  expect(linksOf(bad).every(({ target }) => existsSync(target))).toBe(false)
  expect(namedFiles(bad)).toEqual(['src/nowhere.ts'])
  expect(missingQuote(bad.blocks[0]!.lines, readFileSync('package.json', 'utf8'))).toBe('not there')
  expect(missingQuote(['a', '…', 'c'], '  a\nb\n c')).toBeUndefined()
  expect(missingQuote(['a', 'c'], 'a\nb\nc')).toBe('a\nc')
  expect(runBlocks(["throw new Error('no')", 'console.log(1)'])).toMatchObject([{ error: /no/ }, { printed: ['1'] }])
})

/** The first passage of a quotation that the file does not hold. */
function missingQuote(lines: readonly string[], file: string): string | undefined {
  const tight = (text: string): string =>
    text
      .split('\n')
      .map((line) => line.trim())
      .join('\n')
  const passages = lines
    .join('\n')
    .split(/^\s*…\s*$/m)
    .map((passage) => tight(passage).trim())
  const source = `\n${tight(file)}\n`
  return passages.find((passage) => passage === '' || !source.includes(`\n${passage}\n`))
}

/** What a block's comments say that it prints. */
function promised({ lines }: Block): string[] {
  return lines.flatMap((line) => /\/\/ → (.*)$/.exec(line)?.[1] ?? [])
}

function parsed(path: string): Page {
  return parsePage(path, readFileSync(path, 'utf8'))
}
