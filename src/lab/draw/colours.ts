/** The shades of a theme. Series are told apart by the colour-blind too (after Okabe and Ito, 2008); texts reach a contrast of 4.5. */
import type { Ink } from '../learn/figure.ts'

export type Theme = 'light' | 'dark'

export interface Palette {
  readonly background: string
  readonly text: string
  readonly grid: string
  readonly axis: string
  readonly data: string
  readonly noise: string
  readonly model: string
  readonly exact: string
  readonly muted: string
  readonly series: readonly string[]
  /** From nothing to much. */
  readonly density: readonly Rgb[]
  /** From below the mean, by the mean, to above. */
  readonly diverging: readonly Rgb[]
}

export type Rgb = readonly [red: number, green: number, blue: number]

export const palettes: Readonly<Record<Theme, Palette>> = {
  light: {
    background: '#ffffff',
    text: '#3d4450',
    grid: '#eceef2',
    axis: '#9aa1ad',
    data: '#2563c9',
    noise: '#7b8494',
    model: '#c8501e',
    exact: '#0b8268',
    muted: '#a3aab6',
    series: ['#2563c9', '#c8501e', '#0b8268', '#a8558a', '#8a6d00', '#3c8fc4'],
    density: [
      [255, 255, 255],
      [205, 222, 247],
      [120, 164, 230],
      [47, 101, 196],
      [20, 42, 98],
    ],
    diverging: [
      [176, 58, 20],
      [240, 178, 150],
      [250, 250, 250],
      [158, 190, 238],
      [29, 78, 168],
    ],
  },
  dark: {
    background: '#15181e',
    text: '#c9ced8',
    grid: '#232831',
    axis: '#6b7382',
    data: '#74a5f5',
    noise: '#929bab',
    model: '#f08a5b',
    exact: '#45c4a2',
    muted: '#5d6675',
    series: ['#74a5f5', '#f08a5b', '#45c4a2', '#dc92c0', '#dcbd4a', '#8fd0f5'],
    density: [
      [21, 24, 30],
      [32, 52, 92],
      [52, 98, 176],
      [120, 168, 240],
      [232, 241, 255],
    ],
    diverging: [
      [244, 146, 104],
      [128, 70, 48],
      [28, 32, 39],
      [44, 78, 138],
      [128, 174, 248],
    ],
  },
}

/** The shade of an ink. */
export function shadeOf(ink: Ink, palette: Palette): string {
  return typeof ink === 'string' ? palette[ink] : palette.series[ink.series % palette.series.length]!
}

/** The colour at `share` ∈ [0, 1] of a ramp. */
export function rampAt(ramp: readonly Rgb[], share: number): Rgb {
  const at = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * (ramp.length - 1)
  const i = Math.min(ramp.length - 2, Math.floor(at))
  const [from, to] = [ramp[i]!, ramp[i + 1]!]
  const mix = (c: 0 | 1 | 2): number => Math.round(from[c] + (to[c] - from[c]) * (at - i))
  return [mix(0), mix(1), mix(2)]
}
