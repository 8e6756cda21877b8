/** Temperature: p(x₀ = k | x_t) to the power of 1/τ, normalised. */
import type { FloatArray } from '../../engine/random/index.ts'
import { logNormalize } from './log-space.ts'

/** Changes log-probabilities in place, unless τ is 1. */
export function temper<T extends FloatArray>(logP: T, categories: number, temperature: number): T {
  if (temperature === 1) return logP
  for (let i = 0; i < logP.length; i++) logP[i]! /= temperature
  for (let at = 0; at < logP.length; at += categories) logNormalize(logP, at, categories)
  return logP
}
