/** Every schedule, for tests that hold for all of them. */
import { cosineSchedule } from '../../src/noise/cosine.ts'
import { rectifiedFlow } from '../../src/noise/flow.ts'
import type { Schedule } from '../../src/noise/schedule.ts'
import { sqrtSchedule } from '../../src/noise/sqrt.ts'
import { tableSchedule } from '../../src/noise/table-schedule.ts'
import { namedTable, zeroTerminalSnr } from '../../src/noise/table.ts'
import { edmSchedule, veSchedule } from '../../src/noise/ve.ts'
import { subVpSchedule, vpSchedule } from '../../src/noise/vp.ts'

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
