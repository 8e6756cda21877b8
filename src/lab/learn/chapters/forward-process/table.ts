/** A table of β, what is left of the signal at its end, and the cure. */
import {
  type BetaTableName,
  namedTable,
  priorKl,
  tableSchedule,
  zeroTerminalSnr,
} from '../../../../diffusion/noise/index.ts'
import { figure } from '../../figure.ts'
import { say } from '../../shared/curve.ts'

export const tableFigure = figure({
  id: 'table',
  title: 'Does it end in noise?',
  hint: 'Take fewer levels: the linear table then ends with much of the signal left. Switch on zero terminal signal-to-noise ratio and see what changes.',
  controls: {
    name: {
      kind: 'choice',
      label: 'table',
      options: [
        { value: 'linear', label: 'linear' },
        { value: 'scaled_linear', label: 'scaled_linear' },
        { value: 'squaredcos_cap_v2', label: 'squaredcos_cap_v2' },
        { value: 'sigmoid', label: 'sigmoid' },
      ],
      initial: 'linear',
    },
    steps: { kind: 'slider', label: 'levels T', min: 50, max: 1000, step: 50, initial: 1000 },
    zero: { kind: 'toggle', label: 'zero terminal SNR', initial: false },
  },
  show({ name, steps, zero }) {
    const plain = namedTable(name as BetaTableName, { steps })
    const table = zero ? zeroTerminalSnr(plain) : plain
    const levels = Float64Array.from(table.alphaBar, (_, i) => i + 1)
    const last = table.alphaBar[steps - 1]!
    // √ᾱ = 0 leaves nothing of the data: the last state is the prior itself
    const nats = zero ? 0 : priorKl(tableSchedule(table), 1, 0.25)
    return {
      views: [
        {
          kind: 'plot',
          title: '√ᾱ, the factor of the data',
          x: { label: 'level', min: 1, max: steps },
          y: { label: '', min: 0, max: 1.05 },
          marks: [
            ...(zero
              ? [
                  {
                    kind: 'line' as const,
                    x: levels,
                    y: plain.alphaBar.map(Math.sqrt),
                    ink: 'muted' as const,
                    label: 'before',
                  },
                ]
              : []),
            { kind: 'line', x: levels, y: table.alphaBar.map(Math.sqrt), ink: 'data', label: '√ᾱ' },
            {
              kind: 'line',
              x: levels,
              y: table.alphaBar.map((a) => Math.sqrt(1 - a)),
              ink: 'noise',
              label: '√(1 − ᾱ)',
            },
          ],
        },
        {
          kind: 'plot',
          title: 'β of each level',
          x: { label: 'level', min: 1, max: steps },
          y: { label: '', min: 1e-5, max: 1.2, scale: 'log' },
          marks: [{ kind: 'line', x: levels, y: table.betas, ink: 'model' }],
        },
      ],
      numbers: { T: steps, alphaT: Math.sqrt(last), kl: nats, bits: nats / Math.LN2 },
      caption: zero
        ? 'Nothing is left of the data at the last level. A prediction of ε says nothing there: such a table wants v or x₀.'
        : `After ${steps} levels ${say(Math.sqrt(last))} of the data is left: ${say(nats / Math.LN2, 2)} bits per dimension from N(0, I), for data of mean square ¼.`,
    }
  },
})
