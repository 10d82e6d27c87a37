/** Properties are tried on the same values in every run, so that a gate's answer is about the change; a seed of another run: FAST_CHECK_SEED=... */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 20_260) });
