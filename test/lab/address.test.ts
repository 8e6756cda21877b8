/** What is chosen in the Lab stands in the address. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeValue, decodeValues, encodeValue, encodeValues } from '../../src/lab/learn/address.ts'
import type { Control } from '../../src/lab/learn/figure.ts'
import { hrefOf, parseRoute } from '../../src/lab/route.ts'

const slider: Control = { kind: 'slider', label: 't', min: 0, max: 1, step: 0.01, initial: 0.5 }
const choice: Control = {
  kind: 'choice',
  label: 'schedule',
  options: ['cosine', 'linear'].map((value) => ({ value, label: value })),
  initial: 'cosine',
}
const points: Control = {
  kind: 'points',
  label: 'centres',
  initial: [
    [0, 0],
    [1, 1],
  ],
}
const drawing: Control = { kind: 'drawing', label: 'mask', width: 4, height: 3, levels: 3, initial: Array(12).fill(0) }
const words: Control = { kind: 'text', label: 'word', initial: 'a', maxLength: 20 }
const toggle: Control = { kind: 'toggle', label: 'exact', initial: false }

/** Through a control, and through an address. */
const around = (control: Control, value: unknown): unknown => {
  const href = hrefOf(['learn', 'x'], { name: encodeValue(control, value) })
  return decodeValue(control, parseRoute(href).query.get('name')!)
}

describe('values in an address', () => {
  it.each<[Control, fc.Arbitrary<unknown>]>([
    [slider, fc.integer({ min: 0, max: 100 }).map((i) => i / 100)],
    [choice, fc.constantFrom('cosine', 'linear')],
    [toggle, fc.boolean()],
    [
      points,
      fc.array(fc.tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: -999, max: 999 })), {
        minLength: 2,
        maxLength: 2,
      }),
    ],
    [drawing, fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 12, maxLength: 12 })],
    [words, fc.string({ maxLength: 20, unit: 'grapheme' }).filter((word) => word.length <= 20)],
  ])('come back as they were: $kind', (control, values) => {
    fc.assert(fc.property(values, (value) => void expect(around(control, value)).toEqual(value)))
  })

  it.each<[Control, string]>([
    [slider, '1.5'],
    [slider, ''],
    [slider, 'NaN'],
    [choice, 'sigmoid'],
    [toggle, 'yes'],
    [points, '0,0'],
    [points, '0,0;1,x'],
    [drawing, '0*13'],
    [drawing, '0*11'],
    [drawing, '3*12'],
    [drawing, '0*-1'],
    [words, 'a'.repeat(21)],
  ])('are refused where the control has no such value: $kind %s', (control, written) => {
    expect(decodeValue(control, written)).toBeUndefined()
  })

  it('say what is wrong and keep the rest', () => {
    const query = new Map(Object.entries({ t: '7', schedule: 'linear', z: '1' }))
    const { values, problems } = decodeValues({ controls: { t: slider, schedule: choice } }, query)
    expect(values).toEqual({ t: 0.5, schedule: 'linear' })
    expect(problems).toHaveLength(2)
    expect(problems.join(' ')).toMatch(/“z”.*t = 7, but t is a number from 0 to 1/)
  })

  it('name only what differs from the first values', () => {
    const controls = { t: slider, schedule: choice }
    expect(encodeValues({ controls }, { t: 0.5, schedule: 'linear' })).toEqual({ schedule: 'linear' })
  })
})

describe('addresses', () => {
  it('are taken apart', () => {
    const { path, query } = parseRoute('#/learn/forward-process/marginal?t=0.4&word=a%20b%26c=d')
    expect(path).toEqual(['learn', 'forward-process', 'marginal'])
    expect([...query]).toEqual([
      ['t', '0.4'],
      ['word', 'a b&c=d'],
    ])
  })

  it('that are broken do not throw', () => {
    expect(parseRoute('#/%E0%A4%A/x?%=%').path).toEqual(['%E0%A4%A', 'x'])
    expect(parseRoute('').path).toEqual([])
  })
})
