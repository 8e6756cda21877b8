/**
 * All chapters of Learn: each theory page has one, every number of an equation is computed, every figure shows something for whatever is
 * chosen, and the lines of code run.
 */
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Chapter } from '../../../src/lab/learn/chapter.ts'
import { chapters } from '../../../src/lab/learn/chapters/list.ts'
import { type Control, type Figure, initialValues, type Shown } from '../../../src/lab/learn/figure.ts'
import { runBlocks } from '../../docs/run-blocks.ts'

const loaded: readonly Chapter[] = await Promise.all(chapters.map(async (entry) => (await entry.load()).chapter))

const figuresOf = (chapter: Chapter): readonly Figure[] =>
  chapter.sections.flatMap(({ figure }) => ('show' in figure ? [figure] : []))

/** What a figure shows at first, worked out once for all tests. */
const first = new Map<Figure, Promise<Shown>>()
function firstOf(figure: Figure): Promise<Shown> {
  if (!first.has(figure)) first.set(figure, Promise.resolve(figure.show(initialValues(figure))))
  return first.get(figure)!
}

/** The names in `\live{name}`. */
const liveNames = (tex: string): string[] => [...tex.matchAll(/\\live\{([^}]*)\}/g)].map((match) => match[1]!)

/** The ends of a control, and everything that a choice offers. */
function extremes(control: Control): readonly unknown[] {
  switch (control.kind) {
    case 'slider':
      return [control.min, control.max]
    case 'choice':
      return control.options.map(({ value }) => value)
    case 'toggle':
      return [true, false]
    case 'points':
      return [
        control.initial.map(() => [0, 0]),
        control.initial.map((_, i) => [i % 2 ? 2.9 : -2.9, i % 3 ? -2.9 : 2.9]),
      ]
    case 'drawing':
      return [control.initial.map(() => 0), control.initial.map(() => control.levels - 1)]
    case 'text':
      return ['', 'a'.repeat(control.maxLength)]
  }
}

/** All numbers that are drawn, said or written. */
function* numbersIn({ views, numbers }: Shown): Generator<readonly [where: string, value: number]> {
  for (const [name, value] of Object.entries(numbers)) yield [name, value]
  for (const view of views) {
    if (view.kind === 'plot') {
      for (const axis of [view.x, view.y]) yield* [['axis', axis.min] as const, ['axis', axis.max] as const]
      for (const mark of view.marks) {
        for (const part of ['x', 'y', 'dx', 'dy', 'from', 'values', 'range'] as const) {
          const values = (mark as unknown as Record<string, ArrayLike<number> | number | undefined>)[part]
          if (typeof values === 'number') yield [`${mark.kind}.${part}`, values]
          else if (values) for (let i = 0; i < values.length; i++) yield [`${mark.kind}.${part}`, values[i]!]
        }
      }
    }
    if (view.kind === 'pictures')
      for (const { data } of view.items) for (const value of Array.from(data)) yield ['picture', value]
  }
}

/** What is wrong with what a figure shows. */
function faults(shown: Shown): string[] {
  const bad = [...numbersIn(shown)]
    .filter(([, value]) => !Number.isFinite(value))
    .map(([where, value]) => `${where}: ${value}`)
  for (const view of shown.views) {
    if (view.kind === 'plot') {
      if (!(view.x.min < view.x.max && view.y.min < view.y.max)) bad.push('an axis without length')
      for (const axis of [view.x, view.y]) if (axis.scale === 'log' && !(axis.min > 0)) bad.push('a log axis from 0')
      for (const mark of view.marks) {
        if ('y' in mark && mark.kind !== 'rule' && mark.x.length !== mark.y.length)
          bad.push(`${mark.kind}: x and y differ in length`)
        if (mark.kind === 'heat' && mark.values.length !== mark.columns * mark.rows)
          bad.push('a heat map of another size')
      }
    }
    if (view.kind === 'table') {
      if (view.rows.some((row) => row.length !== view.columns.length))
        bad.push('a row of another length than the columns')
      if (view.rows.flat().some((cell) => /NaN|undefined|not a number/.test(String(cell)))) bad.push('NaN in a table')
    }
    if (view.kind === 'pictures') {
      for (const { shape, data } of view.items)
        if (data.length !== shape[0] * shape[1] * shape[2]) bad.push('a picture of another size')
    }
  }
  if (shown.caption.length < 20 || /NaN|undefined|not a number/.test(shown.caption))
    bad.push(`caption: ${shown.caption}`)
  if (shown.views.length === 0) bad.push('nothing to see')
  return bad
}

test('every page of theory has its chapter, and every chapter its page', () => {
  const pages = readdirSync('docs/theory')
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => name.replace('.md', ''))
  const names = chapters.map(({ name }) => name)
  expect(names.toSorted()).toEqual(pages.toSorted())
  expect(new Set(names).size).toBe(names.length)
})

describe.each(loaded.map((chapter, i) => ({ chapter, entry: chapters[i]!, name: chapters[i]!.name })))(
  '$name',
  ({ chapter, entry }) => {
    test('says what its entry says, and has sections, each with a figure or a reason', () => {
      expect([chapter.name, chapter.title]).toEqual([entry.name, entry.title])
      expect(chapter.lead.length).toBeGreaterThan(40)
      for (const { title, equations, figure } of chapter.sections) {
        expect(title).not.toBe('')
        if (!('why' in figure)) expect(equations.length, title).toBeGreaterThan(0)
        for (const { tex, says } of equations) expect(Math.min(tex.length, says.length), title).toBeGreaterThan(5)
        if ('why' in figure) expect(figure.why.length, title).toBeGreaterThan(20)
        else expect(Math.min(figure.hint.length, figure.title.length), title).toBeGreaterThan(3)
      }
      const ids = figuresOf(chapter).map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids.every((id) => /^[a-z][a-z0-9-]*$/.test(id))).toBe(true)
    })

    test('every number of an equation is one of the figure', async () => {
      for (const { title, equations, figure } of chapter.sections) {
        const wanted = equations.flatMap(({ tex }) => liveNames(tex))
        if (!('show' in figure)) {
          expect(wanted, title).toEqual([])
          continue
        }
        const { numbers } = await firstOf(figure)
        expect(
          wanted.filter((name) => !Object.hasOwn(numbers, name)),
          title,
        ).toEqual([])
      }
    })

    test.each(figuresOf(chapter).map((figure) => ({ figure, id: figure.id })))(
      '$id shows numbers for whatever is chosen, and the same for the same',
      async ({ figure }) => {
        const initial = initialValues(figure)
        const shown = await firstOf(figure)
        expect(faults(shown)).toEqual([])
        expect(await figure.show(initial)).toEqual(shown)
        const handles = shown.views.flatMap((view) => (view.kind === 'plot' && view.handles ? [view.handles] : []))
        expect(handles.filter((name) => figure.controls[name]?.kind !== 'points')).toEqual([])
        // every end of every control comes up once, each time with other ends of the others
        const ends = Object.entries(figure.controls).map(([name, control]) => [name, extremes(control)] as const)
        const most = Math.max(0, ...ends.map(([, values]) => values.length))
        for (let turn = 0; turn < most; turn++) {
          const values = Object.fromEntries(
            ends.map(([name, each], i) => [name, each[(turn + (turn > 1 ? i : 0)) % each.length]]),
          )
          expect(faults(await figure.show(values as typeof initial)), JSON.stringify(values)).toEqual([])
        }
        if (figure.play) expect(figure.controls[figure.play.control]?.kind).toBe('slider')
      },
    )
  },
)

test('the lines of code run, and print what they say', () => {
  const blocks = loaded.flatMap(({ name, sections }) =>
    sections.flatMap(({ title, equations }) =>
      equations.flatMap(({ code }) => (code === undefined ? [] : [{ where: `${name}: ${title}`, source: code }])),
    ),
  )
  const promised = (source: string): string[] =>
    source.split('\n').flatMap((line) => /\/\/ → (.*)$/.exec(line)?.[1] ?? [])
  const outcomes = runBlocks(blocks.map(({ source }) => source))
  expect(outcomes.map(({ printed, error }, i) => ({ where: blocks[i]!.where, printed, error }))).toEqual(
    blocks.map(({ where, source }) => ({ where, printed: promised(source), error: undefined })),
  )
})
