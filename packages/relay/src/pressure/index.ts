export { Admission, type AdmissionKind, type AdmissionOptions, type AdmissionSnapshot } from './admission.ts';
export { defaultPressureLimits, type PressureLimits } from './limits.ts';
export { LoopDelay } from './loop-delay.ts';
export { SLOT_GRACE_MS } from './slots.ts';
export { Turnstile, type TurnstileOptions } from './turnstile.ts';
