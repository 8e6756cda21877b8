/** What is chosen on the page “Draw”, as an address and back. */
import { describe, expect, test } from 'vitest'
import { isZip, nameOf, parseSource, sourceText } from '../../src/lab/model/source.ts'
import {
  codeOf,
  type DrawSettings,
  parseGuidance,
  parseSteps,
  requestOf,
  rowsOf,
  settingsOf,
  settingsQuery,
  usualSettings,
  walkRequest,
} from '../../src/lab/pages/draw/settings.ts'
import { hrefOf, parseRoute } from '../../src/lab/route.ts'

const usual = usualSettings()
const known = {
  samplers: ['dpm++-2m', 'ddim', 'euler'],
  classNames: ['cat', 'dog, big'],
  guidable: true,
  most: 16,
  count: 4,
}
const chosen: DrawSettings = {
  samplers: ['euler', 'dpm++-2m'],
  steps: [3, 40],
  guidance: [-1, 2.5],
  seed: 7,
  count: 9,
  class: 'dog, big',
  to: 12,
  way: { sampler: 'dpm++-2m', steps: 40, w: 2.5 },
}

describe('an address', () => {
  test('says everything that is chosen, and gives it back', () => {
    const href = hrefOf(['draw'], { model: 'kept:mine', ...settingsQuery(chosen, usual) })
    const { query, path } = parseRoute(href)
    expect(path).toEqual(['draw'])
    expect(query.get('model')).toBe('kept:mine')
    expect(settingsOf(query, usual, known)).toEqual({ settings: chosen, problems: [] })
  })

  test('says nothing of what is usual', () => {
    expect(hrefOf(['draw'], settingsQuery(usual, usual))).toBe('#/draw')
    expect(settingsOf(new Map(), usual, known).settings).toEqual(usual)
  })

  test.each([
    ['samplers', 'ddim,magic', /no sampler “magic”/],
    ['steps', '10,x', /steps = 10,x/],
    ['w', '0,200', /w = 0,200/],
    ['seed', '-3', /seed = -3/],
    ['n', '400', /from 1 to 16/],
    ['class', 'cow', /no class “cow”/],
    ['colour', 'red', /“colour”/],
  ])('with %s=%s is explained', (name, value, words) => {
    const { problems, settings } = settingsOf(new Map([[name, value]]), usual, known)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(words)
    expect(rowsOf(settings).flat().length).toBeGreaterThan(0)
  })

  test('of strengths for a model without guidance leaves them out', () => {
    expect(settingsOf(new Map([['w', '2']]), usual, { ...known, guidable: false }).settings.guidance).toEqual([])
  })
})

test('rows are samplers and strengths, columns are steps', () => {
  const rows = rowsOf(chosen)
  expect(rows.map(([first]) => [first!.sampler, first!.w])).toEqual([
    ['euler', -1],
    ['euler', 2.5],
    ['dpm++-2m', -1],
    ['dpm++-2m', 2.5],
  ])
  expect(rows.every((row) => row.map(({ steps }) => steps).join() === '3,40')).toBe(true)
  expect(requestOf(rows[1]![0]!, chosen)).toEqual({
    count: 9,
    seed: 7,
    steps: 3,
    sampler: 'euler',
    guidance: 2.5,
    class: 'dog, big',
  })
})

test('lists of numbers', () => {
  expect(parseSteps(' 5, 10,5')).toEqual([5, 10])
  for (const wrong of ['', '0', '5,', '1001', '2.5']) expect(parseSteps(wrong)).toBeUndefined()
  expect(parseGuidance(' ')).toEqual([])
  expect(parseGuidance('0, −1, 2.5')).toEqual([0, -1, 2.5])
  for (const wrong of ['x', '0,', '-2', '101']) expect(parseGuidance(wrong)).toBeUndefined()
})

test('a model is named by a run, by what is kept, or by its address', () => {
  for (const text of ['run:mine', 'kept:a:b', 'https://example.org/models/glyphs/']) {
    expect(sourceText(parseSource(text))).toBe(text)
  }
  expect(nameOf(parseSource('../models/glyphs/'))).toBe('glyphs')
  expect(nameOf(parseSource('kept:a:b'))).toBe('a:b')
  expect(nameOf(parseSource('/api/run/mine/zip'))).toBe('mine')
  expect(nameOf(parseSource('models/mine.zip?x=1'))).toBe('mine')
  expect([isZip('models/mine.zip?x=1'), isZip('/api/run/mine/zip'), isZip('models/zip/mine/')]).toEqual([
    true,
    true,
    false,
  ])
})

test('the lines of code draw the same', () => {
  const code = codeOf(chosen, 'runs/mine')
  expect(code).toContain(`using model = await open("runs/mine")`)
  expect(code).toContain(`for (const sampler of ["euler","dpm++-2m"]) {`)
  expect(code).toContain(`model.draw({ sampler, guidance, steps, count: 9, seed: 7, class: "dog, big" })`)
  expect(code).toContain(`towards: 12`)
  expect([...code.matchAll(/\{/g)]).toHaveLength([...code.matchAll(/\}/g)].length)
})

test('a prompt is for models that know words', () => {
  const query = new Map([['prompt', 'a red circle']])
  const { settings } = settingsOf(query, usual, { ...known, words: true })
  expect(settings.prompt).toBe('a red circle')
  expect(settingsQuery(settings, usual)).toMatchObject({ prompt: 'a red circle' })
  expect(requestOf(rowsOf(settings)[0]![0]!, settings)).toMatchObject({ prompt: 'a red circle' })
  expect(codeOf(settings, 'runs/icons')).toContain('prompt: "a red circle"')
  expect(settingsOf(query, usual, known).settings.prompt).toBeUndefined()
})

describe('a model that draws at once', () => {
  const atOnce = { ...known, samplers: [''], stepped: false, guidable: false }
  const { settings } = settingsOf(new Map([['steps', '5']]), { ...usual, samplers: [''], steps: [] }, atOnce)

  test('is asked without steps', () => {
    const [cell] = rowsOf(settings).flat()
    expect(rowsOf(settings)).toEqual([[{ sampler: '', steps: undefined, w: undefined }]])
    expect(requestOf(cell!, settings)).toEqual({ count: 4, seed: 0 })
  })

  test('needs no loops', () => {
    const code = codeOf({ ...settings, to: 3 }, 'runs/vae', ['cat'])
    expect(code).not.toContain('for (')
    expect(code).toContain('await writeDrawn(`drawn.png`, drawn)')
    expect(code).toContain('const walk = await model.draw({ count: 9, seed: 0, class: "cat", towards: 3 })')
  })
})

test('a walk is of one class, and its lines ask the same', () => {
  const request = walkRequest({ ...chosen, class: undefined }, known.classNames)
  expect(request).toMatchObject({ class: 'cat', towards: 12, guidance: -1, count: 9 })
  expect(codeOf({ ...chosen, class: undefined }, 'a', known.classNames)).toContain('class: "cat"')
})
