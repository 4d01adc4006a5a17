/** Several workers in a row (family, motor-taxi stand): what they share goes from one form to the next. */
import type { SharedFields } from "../storage/records";
import type { DraftFields, EnrolBody, Signature } from "./contract";

function witnessOf(signature: Signature): SharedFields["witness"] {
  return signature.kind === "thumb" ? signature.witness : null;
}

/** Not names, numbers, dates, consents: those are each worker's own. */
export function pickShared(body: EnrolBody): SharedFields {
  const { address, region, jobs, income, transport, employs_others, programmes, months, signature } = body;
  return {
    ...{ address, region, income, transport, employs_others, months },
    jobs: [...jobs],
    programmes: [...programmes],
    witness: witnessOf(signature),
  };
}

/** What the next form begins with. A witness stands in a thumb mark that is still to be made. */
export function startFields({ witness, ...fields }: SharedFields): DraftFields {
  return witness === null ? fields : { ...fields, signature: { kind: "thumb", name: "", svg: "", witness } };
}
