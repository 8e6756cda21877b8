/** Examples of the site: which there are, what they lack, and how values are shown. All of them run in `npm run site:examples`. */
import { format as nodeFormat } from 'node:util'
import { describe, expect, it } from 'vitest'
import { decide } from '../../site/examples/decide.ts'
import { examplesOf, idOf, promised } from '../../site/examples/find.ts'
import { lineOf } from '../../site/examples/page/format.ts'
import { readPages } from '../docs/pages.ts'

describe('examples of a page', () => {
  it('are the programs that the tests of the documentation run', () => {
    for (const { path, text, blocks } of readPages()) {
      const programs = blocks.filter(({ info }) => /^ts (run|library)\b/.test(info))
      expect(
        examplesOf(path, text).map(({ code }) => code),
        path,
      ).toEqual(programs.map(({ lines }) => lines.join('\n')))
    }
  })

  it('are, in the reference, what stands below its heading', () => {
    const text =
      '# a()\n```ts\nimport { a } from "b"\n```\n## Example\n\n```ts\na(1)\n\na(2)\n```\n## Throws\n```ts\nno\n```\n'
    expect(examplesOf('api/a.md', text)).toEqual([
      { id: idOf('a(1)\n\na(2)'), code: 'a(1)\n\na(2)', kind: 'lines', page: 'api/a.md' },
    ])
    expect(examplesOf('docs/a.md', text)).toEqual([])
  })

  it('say what they print', () => expect(promised('f() // → 1 2\n// no → \ng() // → x')).toEqual(['1 2', 'x']))
})

describe('whether an example runs on a page', () => {
  const bundled = new Map([
    ['tweedie/noise', { file: 'noise.js', names: new Set(['cosineSchedule', 'jump']) }],
    ['tweedie', { file: 'index.js', names: new Set(['jump', 'fit']) }],
  ])
  const inNode = new Set(['open', 'nodeEngine', 'fit', 'jump'])
  const of = (
    free: readonly string[],
    imports: readonly { from: string; names: readonly string[] }[] = [],
    code = '',
  ) => decide(code, { free, imports, mistakes: [] }, bundled, inNode)
  const on = (entry: string, name: string) =>
    decide('', { free: [name], imports: [], mistakes: [] }, bundled, inNode, { entry, name })

  it('is so when every name is there; what it leaves out comes from the first entry that has it', () => {
    expect(of(['jump', 'console', 'fit'])).toEqual({
      runs: true,
      imports: new Map([
        ['tweedie/noise', ['jump']],
        ['tweedie', ['fit']],
      ]),
      standIns: [],
    })
    expect(of([], [{ from: 'tweedie/noise', names: ['jump', 'nodeEngine'] }])).toMatchObject({
      standIns: ['nodeEngine'],
    })
  })

  it('is not when a name is there in Node alone, or nowhere', () => {
    expect(of(['open', 'jump'])).toEqual({ runs: false, why: 'node', names: ['open'] })
    expect(of([], [{ from: 'node:fs', names: ['readFileSync'] }])).toEqual({
      runs: false,
      why: 'node',
      names: ['node:fs'],
    })
    expect(of(['open', 'whatever'])).toEqual({ runs: false, why: 'part', names: [] })
    // The page is about what an entry has in Node, whatever another entry has.
    expect(on('tweedie/noise', 'fit')).toEqual({ runs: false, why: 'node', names: ['fit'] })
    expect(on('tweedie', 'fit')).toMatchObject({ runs: true })
    expect(of([], [], '// in Node\nfit()')).toEqual({ runs: false, why: 'node', names: [] })
  })
})

it('values are shown as Node prints them', () => {
  const values: unknown[] = [
    1.5,
    -0,
    10n,
    null,
    undefined,
    true,
    [],
    {},
    [7, 7],
    [1, 'a', [2, { b: [3] }]],
    Float64Array.of(1, 2.5),
    new Uint8Array(3),
    { a: 1, 'b-c': { d: "it's" } },
    new Map([['a', 1]]),
    new Set([1, 2]),
    function named() {},
  ]
  for (const value of values) expect(lineOf([value])).toBe(nodeFormat(value).replaceAll('"it\'s"', String.raw`'it\'s'`))
  expect(lineOf(['a', 1, 'b'])).toBe(nodeFormat('a', 1, 'b'))
  expect(lineOf([new Float32Array(200)])).toMatch(
    /^Float32Array\(200\) \[\n {2}0, 0, .*\n[^]*\.\.\. 100 more items\n\]$/,
  )
})
