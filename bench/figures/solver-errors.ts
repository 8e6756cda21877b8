/** The error of solvers against the evaluations of the denoiser that they were given. */
import {
  ddim,
  dpmSolver,
  heun,
  measureOrder,
  rungeKutta,
  type Sampler,
  samplers,
  tableaux,
  uniPc,
} from '../../src/diffusion/sample/index.ts'
import { dots, figure, line, palette } from './plot/index.ts'

const shown: readonly (readonly [string, Sampler])[] = [
  ['DDIM', ddim()],
  ['Heun (EDM)', heun()],
  ['RK4', rungeKutta(tableaux.rk4)],
  ['LMS 4', samplers.find(({ sampler }) => sampler.name === 'lms-4')!.sampler],
  ['DPM-Solver++ 2M', dpmSolver({ lowerOrderFinal: 'never' })],
  ['DPM-Solver++ 3M', dpmSolver({ order: 3, lowerOrderFinal: 'never' })],
  ['UniPC 2', uniPc({ lowerOrderFinal: 'never' })],
  ['UniPC 3', uniPc({ order: 3, lowerOrderFinal: 'never' })],
]

export async function solverErrors(): Promise<string> {
  const curves = await Promise.all(
    shown.map(async ([, sampler]) => {
      const steps = [10, 20, 40, 80, 160].map((budget) => Math.max(2, Math.round(budget / sampler.evaluations)))
      const { errors } = await measureOrder(sampler, { steps })
      return errors.map((error, i) => [steps[i]! * sampler.evaluations, error] as const)
    }),
  )
  return figure(
    [
      {
        x: { label: 'evaluations of the denoiser', from: 9, to: 180, log: true, ticks: [10, 20, 40, 80, 160] },
        y: { label: 'largest error', from: 1e-7, to: 1, log: true },
        marks: curves.flatMap((points, i) => [
          line(points, { color: palette[i]! }),
          dots(points, { color: palette[i]!, radius: 3 }),
        ]),
      },
    ],
    { size: [520, 280], legend: shown.map(([label], i) => ({ label, color: palette[i]! })), legendColumns: 4 },
  )
}
