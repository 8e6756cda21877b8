/** The control that chooses a method of posterior sampling. */
import type { Choice } from '../../figure.ts'

export const method = {
  kind: 'choice',
  label: 'method',
  options: [
    { value: 'mmps', label: 'MMPS' },
    { value: 'pigdm', label: 'ΠGDM' },
    { value: 'dps', label: 'DPS' },
    { value: 'ddrm', label: 'DDRM' },
    { value: 'diffpir', label: 'DiffPIR' },
    { value: 'repaint', label: 'RePaint' },
  ],
  initial: 'mmps',
} as const satisfies Choice
