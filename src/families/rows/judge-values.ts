/** The options of `eval` for tables, as they are given. */
import type { ValuesOf } from '../../options.ts'
import type { judgeOptions } from '../options.ts'
import type { evalOptions } from './options/eval.ts'

export type JudgeValues = ValuesOf<typeof judgeOptions & typeof evalOptions>
