/** The elements: symbols, sizes and usual valences. */

/** Symbols by atomic number; 0 is none. */
export const symbols: readonly string[] = Object.freeze([
  '',
  ...(
    'H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr ' +
    'Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu ' +
    'Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr ' +
    'Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og'
  ).split(' '),
])

const numbers: ReadonlyMap<string, number> = new Map(symbols.map((symbol, number) => [symbol, number] as const))

/** The atomic number of a symbol in any case, `D` and `T` being hydrogen; undefined for what is no element. */
export function atomicNumber(symbol: string): number | undefined {
  const proper = symbol.slice(0, 1).toUpperCase() + symbol.slice(1).toLowerCase()
  if (proper === 'D' || proper === 'T') return 1
  return proper === '' ? undefined : numbers.get(proper)
}

/** Covalent radii in ångström (Cordero and others, 2008), low spin, sp³ for carbon; those not measured are 1.6. */
const covalent = [
  0, 0.31, 0.28, 1.28, 0.96, 0.84, 0.76, 0.71, 0.66, 0.57, 0.58, 1.66, 1.41, 1.21, 1.11, 1.07, 1.05, 1.02, 1.06, 2.03,
  1.76, 1.7, 1.6, 1.53, 1.39, 1.39, 1.32, 1.26, 1.24, 1.32, 1.22, 1.22, 1.2, 1.19, 1.2, 1.2, 1.16, 2.2, 1.95, 1.9, 1.75,
  1.64, 1.54, 1.47, 1.46, 1.42, 1.39, 1.45, 1.44, 1.42, 1.39, 1.39, 1.38, 1.39, 1.4, 2.44, 2.15, 2.07, 2.04, 2.03, 2.01,
  1.99, 1.98, 1.98, 1.96, 1.94, 1.92, 1.92, 1.89, 1.9, 1.87, 1.87, 1.75, 1.7, 1.62, 1.51, 1.44, 1.41, 1.36, 1.36, 1.32,
  1.45, 1.46, 1.48, 1.4, 1.5, 1.5, 2.6, 2.21, 2.15, 2.06, 2.0, 1.96, 1.9, 1.87, 1.8, 1.69,
]

/** The covalent radius of an element, in ångström. */
export const covalentRadius = (number: number): number => covalent[number] ?? 1.6

/** Van der Waals radii in ångström (Bondi, 1964), of the elements that molecules are mostly made of; others are 2. */
const vanDerWaals: Readonly<Record<number, number>> = {
  1: 1.2,
  5: 1.92,
  6: 1.7,
  7: 1.55,
  8: 1.52,
  9: 1.47,
  14: 2.1,
  15: 1.8,
  16: 1.8,
  17: 1.75,
  34: 1.9,
  35: 1.85,
  53: 1.98,
}

/** The van der Waals radius of an element, in ångström. */
export const vanDerWaalsRadius = (number: number): number => vanDerWaals[number] ?? 2

/** The sums of bond orders that an uncharged atom of an element may have, the usual one first; undefined: any. */
const valences: Readonly<Record<number, readonly number[]>> = {
  1: [1],
  2: [0],
  5: [3],
  6: [4],
  7: [3],
  8: [2],
  9: [1],
  14: [4],
  15: [3, 5],
  16: [2, 4, 6],
  17: [1, 3, 5, 7],
  34: [2, 4, 6],
  35: [1, 3, 5, 7],
  53: [1, 3, 5, 7],
}

/**
 * The sums of bond orders that an atom may have, the usual one first; undefined: not known, any.
 * A charge changes them as it does the element's place in the table: N⁺ binds like C, O⁻ like F, B⁻ like C.
 */
export function valencesOf(number: number, charge: number): readonly number[] | undefined {
  if (charge === 0) return valences[number]
  if (number === 1) return [0]
  const known = valences[number]
  if (!known) return undefined
  // A cation of carbon has three bonds, an anion as well; boron gains with a negative charge.
  if (number === 6 || number === 14) return [4 - Math.abs(charge)].filter((each) => each >= 0)
  const changed = number === 5 ? known.map((each) => each - charge) : known.map((each) => each + charge)
  return changed.filter((each) => each >= 0)
}
