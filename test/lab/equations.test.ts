/** Equations of the Lab are MathML when the page is built. */
import { describe, expect, it } from 'vitest'
import { chapters } from '../../src/lab/learn/chapters/list.ts'
import { equations, mathMl } from '../../vite.lab.equations.ts'

type Transform = (this: { error(said: string): never }, code: string, id: string) => { code: string } | undefined
const transform = (code: string, id = '/src/lab/learn/chapters/x/index.ts') =>
  (equations().transform as Transform).call(
    {
      error: (said) => {
        throw new Error(said)
      },
    },
    code,
    id,
  )?.code

describe('an equation', () => {
  it('becomes MathML in the code of a chapter', () => {
    const code = transform('const e = { tex: String.raw`x_{\\live{t}} + 1`, says: "" }')!
    expect(code).toContain('<math')
    expect(code).toContain('<mn data-live=\\"t\\">…</mn>')
    expect(code).not.toContain('String.raw')
  })

  it('is one element for each part that may stand on a line of its own', () => {
    const elements = (tex: string): number => mathMl(tex).match(/<math\b/g)!.length
    expect(elements(String.raw`x = 1, \qquad y = \frac{2}{3}`)).toBe(2)
    expect(elements(String.raw`\left( a \qquad b \right) {c \qquad d}`)).toBe(1)
    expect(elements(String.raw`\begin{cases} a & b \qquad c \end{cases}`)).toBe(1)
  })

  it('elsewhere is left alone', () => expect(transform('tex: String.raw`x`', '/src/lab/other.ts')).toBeUndefined())

  it('of several parts is one formula each, but not where a part stands in a group', () => {
    const count = (tex: string): number => mathMl(tex).match(/<math/g)!.length
    expect(count(String.raw`a = 1, \qquad b = \frac{1}{2} \qquad c`)).toBe(3)
    expect(count(String.raw`\left( a \qquad b \right)`)).toBe(1)
    expect(count(String.raw`\begin{matrix} a \qquad b \\ c \end{matrix}`)).toBe(1)
    expect(count(String.raw`\{ a \qquad b`)).toBe(2)
  })

  it('that is no TeX stops the build', () => {
    expect(() => mathMl(String.raw`\frac{1}`)).toThrow(/no TeX/)
    expect(() => transform('tex: String.raw`\\nosuch`')).toThrow(/no TeX/)
  })

  it('is written in place', () => {
    expect(() => transform('tex: shared')).toThrow(/in place/)
    expect(() => transform('tex: String.raw`a ${b}`')).toThrow(/live/)
  })
})

describe.each(chapters)('chapter $name', ({ name, load }) => {
  it('has equations that can be set, with numbers that its figures give', async () => {
    const { chapter } = await load()
    expect(chapter.name).toBe(name)
    const ids = chapter.sections.flatMap(({ figure }) => ('why' in figure ? [] : [figure.id]))
    expect(new Set(ids).size).toBe(ids.length)
    for (const { equations, figure } of chapter.sections) {
      const names = equations.flatMap(({ tex }) =>
        [...mathMl(tex).matchAll(/data-live="(\w+)"/g)].map(([, live]) => live!),
      )
      if (names.length === 0) continue
      if ('why' in figure) throw new Error(`${name}: \\live{${names[0]}} without a figure`)
      const initial = Object.fromEntries(
        Object.entries(figure.controls).map(([key, control]) => [key, control.initial]),
      )
      const { numbers } = await figure.show(initial as never)
      for (const live of names) expect(numbers, `${name}, ${figure.id}`).toHaveProperty(live)
    }
  })
})
