import { Consents } from "./consents";
import { Heirs } from "./heirs";
import { PlaceAndTime } from "./place-and-time";
import { SignatureField } from "./signature-field";

/** Step 4: who receives the benefit, what the worker agrees to, and how they say so. */
export function ConsentStep() {
  return (
    <>
      <Heirs />
      <Consents />
      <SignatureField />
      <PlaceAndTime />
    </>
  );
}
