/** How the site is made of the documentation: links, anchors, quotations, sources. The whole site is checked by `npm run site`. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkSite } from '../../site/check/dead-links.ts'
import { lineOf } from '../../site/markdown/quoted-line.ts'
import { slugOf } from '../../site/markdown/slug.ts'
import { highlight } from '../../site/pages/highlight.ts'
import { isSource, sourceFiles, sourcePage } from '../../site/pages/source-names.ts'
import { anchorsOf, linksOf, parsePage, readPages } from '../docs/pages.ts'

describe('links', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tweedie-site-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }

  it('are dead where the file or the anchor is missing, or what is loaded lies elsewhere', () => {
    write('index.html', '<h1 id="a">a</h1><a href="x/">1</a><a href="/x/index.html#b">2</a><a href="#a">3</a>')
    write('x/index.html', '<h1 id="b">b</h1><a href="../index.html#a">1</a><a href="https://example.org/">2</a>')
    expect(checkSite(folder)).toEqual({ pages: 2, links: 5, dead: [] })
    write(
      'x/bad.html',
      '<a href="y.html">1</a><a href="index.html#c">2</a><script src="https://example.org/a.js"></script><img src="b.png">',
    )
    expect(checkSite(folder).dead).toEqual([
      'x/bad.html: y.html: no such file',
      'x/bad.html: index.html#c: no such anchor',
      'x/bad.html: https://example.org/a.js: loaded from another host',
      'x/bad.html: b.png: no such file',
    ])
  })

  it('may begin with the path that the site is for', () => {
    rmSync(join(folder, 'x/bad.html'), { force: true })
    write('index.html', '<h1 id="a">a</h1><a href="/docs/x/">1</a>')
    expect(checkSite(folder, '/docs/').dead).toEqual([])
    write('index.html', '<h1 id="a">a</h1><a href="/x/">1</a>')
    expect(checkSite(folder, '/docs/').dead).toEqual(['index.html: /x/: outside /docs/'])
  })

  it('to files of the repository lead to pages that are made', () => {
    const targets = readPages().flatMap((page) => linksOf(page).map(({ target }) => target))
    const outside = targets.filter(
      (target) =>
        !target.endsWith('.md') && !/^docs\/.*\.(png|svg)$/.test(target) && sourcePage(target, '') === undefined,
    )
    expect(outside).toEqual([])
    expect(sourcePage('../../src/a/b.ts#L3', 'docs/a/b.md')).toBe('../../src/a/b.ts.html#L3')
    expect(sourcePage('../examples/', 'docs/a.md')).toBe('../examples/index.html')
    expect(sourcePage('theory/README.md', 'docs/a.md')).toBeUndefined()
    expect(sourcePage('page.js', 'examples/web/README.md')).toBe('page.js.html')
    expect(sourcePage('../examples/web/README.md', 'docs/a.md')).toBeUndefined()
    expect(sourcePage('https://src/a.ts', 'a.md')).toBeUndefined()
    expect(sourceFiles.filter((file) => !readdirSync('.').includes(file))).toEqual([])
    expect(isSource('docs/images/digits.png')).toBe(false)
  })
})

it('headings have the anchors that they have on a forge', () => {
  const page = parsePage('x.md', '# What it *can* do?\n## α and ᾱ\n### `a_b`: c')
  expect(['What it *can* do?', 'α and ᾱ', '`a_b`: c'].map(slugOf)).toEqual(anchorsOf(page))
})

it('a quotation is found at its line, whatever its indentation', () => {
  expect(lineOf('b\n  c\n', 'a\n  b\n    c\n')).toBe(2)
  expect(lineOf('c\n…\na\n', 'a\nb\nc')).toBe(3)
})

it('highlighted lines are those of the source', () => {
  const source = readFileSync('src/diffusion/sample/ddim.ts', 'utf8')
  const plain = highlight(source).map((line) =>
    line
      .replaceAll(/<[^>]+>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&'),
  )
  expect(plain.join('\n')).toBe(source)
  expect(highlight("const a = 'of' // 1")).toEqual([
    '<span class="word">const</span> a = <span class="text">\'of\'</span> <span class="comment">// 1</span>',
  ])
})

it('names that doc comments link to are known where they stand', () => {
  const unknown = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .flatMap((path) => unknownLinks(readFileSync(join('src', path), 'utf8')).map((name) => `${path}: ${name}`))
  expect(unknown).toEqual([])
  expect(unknownLinks('/** See {@link a}, {@link b.c} and {@link d}. */\nconst a = { c: b } // d')).toEqual(['d'])
})

/** Names in `{@link …}` that the code of a file does not have: typedoc would not find all of them, and editors would find none. */
function unknownLinks(source: string): readonly string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '')
  const words = new Set(code.match(/[\w$]+/g))
  const names = [...source.matchAll(/\{@link ([\w$.#]+)[^}]*\}/g)].map(([, name]) => name!)
  return names.filter((name) => !name.split(/[.#]/).every((part) => words.has(part)))
}
