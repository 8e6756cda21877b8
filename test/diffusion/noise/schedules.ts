/** Every schedule, for tests that hold for all of them. */
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'
import { rectifiedFlow } from '../../../src/diffusion/noise/flow.ts'
import type { Schedule } from '../../../src/diffusion/noise/schedule.ts'
import { sqrtSchedule } from '../../../src/diffusion/noise/sqrt.ts'
import { tableSchedule } from '../../../src/diffusion/noise/table-schedule.ts'
import { namedTable, zeroTerminalSnr } from '../../../src/diffusion/noise/table.ts'
import { edmSchedule, veSchedule } from '../../../src/diffusion/noise/ve.ts'
import { subVpSchedule, vpSchedule } from '../../../src/diffusion/noise/vp.ts'

export const schedules: readonly Schedule[] = [
  cosineSchedule(),
  vpSchedule(),
  subVpSchedule(),
  veSchedule(),
  edmSchedule(),
  rectifiedFlow(),
  sqrtSchedule(),
  tableSchedule(namedTable('linear'), 'linear table'),
  tableSchedule(namedTable('squaredcos_cap_v2', { steps: 50 }), 'cosine table'),
  tableSchedule(zeroTerminalSnr(namedTable('scaled_linear', { steps: 100 })), 'zero-SNR table'),
]
