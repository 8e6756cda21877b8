/** Words as noisy points: which word each still is, by the time and by the schedule. */
import { embedTokens, roundTokens } from '../../../../diffusion/discrete/index.ts'
import { cosineSchedule, sqrtSchedule } from '../../../../diffusion/noise/index.ts'
import { jump } from '../../../../diffusion/noise/kernel.ts'
import { key, normal } from '../../../../engine/random/index.ts'
import { figure, type Point } from '../../figure.ts'
import { planeAxes, square } from '../../shared/field.ts'
import { evenly, percent, shown } from '../../shared/series.ts'
import { places, readAt, tableOf, words } from './words.ts'

const schedules = { sqrt: sqrtSchedule(), cosine: cosineSchedule() }
export type ScheduleName = keyof typeof schedules
const inks = [0, 1, 2, 3, 4, 5].map((series) => ({ series }))
const text = [0, 2, 4, 1, 3, 5]

const draws = 60
const noise = normal(key('words'), new Float64Array(2 * draws * words.length))
const times = evenly(0, 1, 41)

/** The share of noisy words that rounding reads rightly. */
export function readable(points: readonly Point[], name: ScheduleName, t: number): number {
  const [table, schedule] = [tableOf(points), schedules[name]]
  const tokens = Int32Array.from({ length: draws * words.length }, (_, i) => i % words.length)
  const x = jump(schedule, t, Float64Array.from(embedTokens(table, tokens)), noise)
  // x_t / α is nearest to e_w where x_t is nearest to α e_w
  const found = roundTokens(
    table,
    x.map((value) => value / Math.max(1e-9, schedule.alpha(t))),
  )
  return found.reduce((sum, token, i) => sum + Number(token === tokens[i]), 0) / tokens.length
}

export const noiseFigure = figure({
  id: 'noise',
  title: 'Words as noisy points',
  hint: 'Drag the words, and move t. A little noise hides no word, so the square-root schedule begins with noise; the cosine one spends its first steps on nothing.',
  controls: {
    points: { kind: 'points', label: 'words', initial: places },
    t: { kind: 'slider', label: 't', min: 0, max: 1, step: 0.01, initial: 0.1 },
    schedule: {
      kind: 'choice',
      label: 'schedule',
      options: [
        { value: 'sqrt', label: 'square root' },
        { value: 'cosine', label: 'cosine' },
      ],
      initial: 'sqrt',
    },
  },
  play: { control: 't', seconds: 6 },
  show({ points, t, schedule: name }) {
    const [table, schedule] = [tableOf(points), schedules[name]]
    const x = jump(schedule, t, Float64Array.from(embedTokens(table, text)), noise.subarray(0, 2 * text.length))
    const time = Math.min(t, 0.9999)
    const p = readAt(table, schedule, time, x)
    const own = text.map((token, i) => p[i * words.length + token]!)
    const read = text.map((_, i) => {
      const row = p.subarray(i * words.length, (i + 1) * words.length)
      return row.indexOf(Math.max(...row))
    })
    const curves = (Object.keys(schedules) as ScheduleName[]).map((each, i) => ({
      kind: 'line' as const,
      x: times,
      y: times.map((at) => readable(points, each, at)),
      ink: { series: i },
      label: each === 'sqrt' ? 'square root' : 'cosine',
    }))
    const right = readable(points, name, t)
    return {
      views: [
        {
          kind: 'plot',
          title: 'e_w, and x_t of one text',
          ...planeAxes(square(2.6)),
          handles: 'points',
          marks: [
            ...words.map((word, k) => ({
              kind: 'points' as const,
              x: [points[k]![0]],
              y: [points[k]![1]],
              ink: inks[k]!,
              radius: 12,
              label: word,
            })),
            ...text.map((token, i) => ({
              kind: 'line' as const,
              x: [points[token]![0], x[2 * i]!],
              y: [points[token]![1], x[2 * i + 1]!],
              ink: inks[token]!,
            })),
            ...text.map((token, i) => ({
              kind: 'points' as const,
              x: [x[2 * i]!],
              y: [x[2 * i + 1]!],
              ink: inks[token]!,
              radius: 5,
            })),
          ],
        },
        {
          kind: 'tokens',
          title: 'rounded: shaded where the word is another',
          rows: [
            { label: 'w', pieces: text.map((token) => ({ text: `${words[token]} ` })) },
            {
              label: 'x_t',
              pieces: read.map((token, i) => ({ text: `${words[token]} `, shade: token === text[i] ? 0 : 0.7 })),
            },
            { label: 'p', pieces: own.map((each) => ({ text: `${percent(each)} ` })) },
          ],
        },
        {
          kind: 'plot',
          title: 'words that rounding reads rightly',
          x: { label: 't', min: 0, max: 1 },
          y: { label: 'share', min: 0, max: 1.02 },
          marks: [...curves, { kind: 'rule', x: t, ink: 'muted', dashed: true }],
        },
      ],
      numbers: { t, alphaBar: schedule.alpha(t) ** 2, sigma: schedule.sigma(t), first: schedule.sigma(0), right },
      caption: `At t = ${shown(t)} the noise has deviation ${shown(schedule.sigma(t))}, and rounding reads ${percent(right)} of the words rightly.`,
    }
  },
})
