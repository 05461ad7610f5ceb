// @ts-nocheck
// Made from schema/mirrors.schema.json by `npm run generate`. Change that, not this.

/** What the validator says of one value. */
export interface SchemaError {
  keyword: string;
  instancePath: string;
  schemaPath: string;
  params: Readonly<Record<string, unknown>>;
  /** Set where the name of a key is wrong; `instancePath` is then its map. */
  propertyName?: string;
}

export type Validator = ((data: unknown) => boolean) & { errors?: SchemaError[] | null };

export const validateMirrorFile: Validator = validate20;
"use strict";
const schema31 = {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"MirrorFileDocument","type":"object","additionalProperties":false,"required":["version","name","targets","mirrors"],"properties":{"version":{"type":"integer","const":1},"name":{"type":"string","pattern":"^[a-z0-9][a-z0-9-]*$","maxLength":63},"targets":{"type":"object","minProperties":1,"maxProperties":100,"propertyNames":{"pattern":"^[a-z0-9][a-z0-9-]*$","maxLength":63},"additionalProperties":{"$ref":"#/$defs/target"}},"repositories":{"$ref":"#/$defs/repositorySettings"},"sources":{"type":"object","additionalProperties":{"$ref":"#/$defs/source"}},"scan":{"type":"object","additionalProperties":false,"properties":{"ignore":{"type":"array","minItems":1,"maxItems":1000,"items":{"type":"string","minLength":1,"maxLength":1024}}}},"mirrors":{"type":"array","minItems":1,"items":{"$ref":"#/$defs/mirror"}}},"$defs":{"target":{"title":"TargetDocument","type":"object","additionalProperties":false,"oneOf":[{"required":["ecr"]},{"required":["oci"]},{"required":["layout"]}],"properties":{"ecr":{"type":"object","additionalProperties":false,"properties":{"region":{"type":"string","pattern":"^(?:[a-z]{2,4}(?:-[a-z]{2,16}){1,3}-[0-9]{1,2}|\\$\\{[A-Z0-9_]+\\})$"},"account":{"type":"string","pattern":"^(?:[0-9]{12}|\\$\\{[A-Z0-9_]+\\})$"},"profile":{"type":"string","pattern":"^[^\\p{C}]+$","maxLength":256},"role":{"type":"string","pattern":"^arn:aws[a-z-]*:iam::(?:[0-9]{12}|\\$\\{[A-Z0-9_]+\\}):role/[A-Za-z0-9_+=,.@/${}-]+$","maxLength":2048}}},"oci":{"type":"string","minLength":1,"maxLength":1024},"layout":{"type":"string","minLength":1,"maxLength":1024},"repositories":{"$ref":"#/$defs/repositorySettings"}}},"source":{"title":"SourceDocument","type":"object","additionalProperties":false,"properties":{"endpoint":{"type":"string","minLength":1,"maxLength":1024},"layout":{"type":"string","minLength":1,"maxLength":1024},"alternates":{"type":"array","minItems":1,"maxItems":10,"items":{"$ref":"#/$defs/alternate"}},"reserve":{"type":"integer","minimum":0,"maximum":1000000},"concurrency":{"type":"integer","minimum":1,"maximum":100}}},"alternate":{"title":"AlternateDocument","type":"object","additionalProperties":false,"required":["registry"],"properties":{"registry":{"type":"string","maxLength":512},"only":{"type":"array","minItems":1,"maxItems":100,"items":{"type":"string","pattern":"^(?:[^\\[\\]{}()!\\\\]|\\$\\{[A-Z0-9_]+\\})*$","minLength":1,"maxLength":256}}}},"mirror":{"title":"MirrorDocument","type":"object","additionalProperties":false,"required":["image"],"properties":{"image":{"type":"string","minLength":1,"maxLength":1024},"tags":{"type":["array","object"],"minItems":1,"items":{"type":"string","minLength":1,"maxLength":1024},"additionalProperties":false,"minProperties":1,"properties":{"match":{"$ref":"#/$defs/expressions"},"exclude":{"$ref":"#/$defs/expressions"},"semver":{"type":"string","minLength":1,"maxLength":256},"suffix":{"type":"string","minLength":1,"maxLength":128},"prerelease":{"type":"boolean"},"full":{"type":"boolean"},"order":{"type":"string","enum":["semver","pushed","name"]},"newest":{"type":"integer","minimum":1,"maximum":100000},"maxAge":{"type":"string","pattern":"^[1-9][0-9]{0,4}[hdw]$"},"allowEmpty":{"type":"boolean"}}},"to":{"type":"string","minLength":1,"maxLength":1024},"refresh":{"type":"string","enum":["always","missing"]},"platforms":{"type":["string","array"],"if":{"type":"string"},"then":{"enum":["all"]},"minItems":1,"maxItems":50,"items":{"type":"string","pattern":"^[^/\\s]+/[^/\\s]+(?:/[^/\\s]+)?$","maxLength":128}},"attestations":{"type":"boolean"},"referrers":{"type":["boolean","object"],"additionalProperties":false,"required":["types"],"properties":{"types":{"type":"array","minItems":1,"maxItems":50,"items":{"type":"string","pattern":"^(?:[^\\[\\]{}()!?\\\\]|\\$\\{[A-Z0-9_]+\\})*$","minLength":1,"maxLength":256}}}},"replace":{"type":"object","additionalProperties":false,"required":["backup"],"properties":{"backup":{"type":"string","minLength":1,"maxLength":256}}},"prune":{"type":"boolean"},"output":{"type":"string","pattern":"^[A-Z][A-Z0-9_]*_(?:URI|IMAGE)$","maxLength":128},"targets":{"type":"array","minItems":1,"maxItems":100,"items":{"type":"string"}},"repositories":{"$ref":"#/$defs/repositorySettings"}}},"repositorySettings":{"title":"RepositorySettingsDocument","type":"object","additionalProperties":false,"properties":{"tagMutability":{"type":["string","object"],"if":{"type":"string"},"then":{"enum":["MUTABLE","IMMUTABLE"]},"additionalProperties":false,"required":["default"],"properties":{"default":{"type":"string","enum":["MUTABLE","IMMUTABLE"]},"except":{"type":"array","minItems":1,"maxItems":5,"items":{"type":"string","pattern":"^[0-9a-zA-Z._*-]{1,128}$"}}}},"scanOnPush":{"type":"boolean"},"encryption":{"type":["string","object"],"if":{"type":"string"},"then":{"enum":["AES256","KMS"]},"additionalProperties":false,"required":["kms"],"properties":{"kms":{"type":"string","pattern":"^[A-Za-z0-9:/_-]+$","maxLength":2048}}},"lifecyclePolicy":{"type":["string","object"],"minLength":1,"maxLength":1024,"additionalProperties":false,"required":["rules"],"properties":{"rules":{"type":"array","minItems":1,"maxItems":50,"items":{"$ref":"#/$defs/lifecycleRule"}}}},"policy":{"type":["string","object"],"minLength":1,"maxLength":1024,"additionalProperties":false,"required":["Statement"],"properties":{"Version":{"type":"string","enum":["2012-10-17","2008-10-17"]},"Id":{"type":"string"},"Statement":{"type":["array","object"],"minItems":1,"items":{"$ref":"#/$defs/policyStatement"},"if":{"type":"object"},"then":{"$ref":"#/$defs/policyStatement"}}}},"tags":{"type":"object","maxProperties":49,"propertyNames":{"pattern":"^(?![Aa][Ww][Ss]:)(?!mirrorform$)[\\p{L}\\p{Z}\\p{N}_.:/=+@-]+$","maxLength":128},"additionalProperties":{"type":"string","pattern":"^(?:[\\p{L}\\p{Z}\\p{N}_.:/=+@-]|\\$\\{[A-Z0-9_]+\\})*$","maxLength":256}},"adopt":{"type":"boolean"},"pruneTags":{"$ref":"#/$defs/expressions"}}},"lifecycleRule":{"title":"LifecycleRuleDocument","type":"object","additionalProperties":false,"required":["rulePriority","selection","action"],"properties":{"rulePriority":{"type":"integer","minimum":1},"description":{"type":"string"},"selection":{"type":"object","additionalProperties":false,"required":["tagStatus","countType","countNumber"],"properties":{"tagStatus":{"type":"string","enum":["tagged","untagged","any"]},"tagPatternList":{"type":"array","minItems":1,"items":{"type":"string","minLength":1}},"tagPrefixList":{"type":"array","minItems":1,"items":{"type":"string","minLength":1}},"storageClass":{"type":"string","enum":["standard","archive"]},"countType":{"type":"string","enum":["imageCountMoreThan","sinceImagePushed","sinceImagePulled","sinceImageTransitioned"]},"countUnit":{"type":"string","enum":["days"]},"countNumber":{"type":"integer","minimum":1}}},"action":{"type":"object","additionalProperties":false,"required":["type"],"properties":{"type":{"type":"string","enum":["expire","transition"]},"targetStorageClass":{"type":"string","enum":["archive"]}}}}},"policyStatement":{"title":"PolicyStatementDocument","type":"object","additionalProperties":false,"required":["Effect"],"properties":{"Sid":{"type":"string"},"Effect":{"type":"string","enum":["Allow","Deny"]},"Principal":{"$ref":"#/$defs/policyPrincipal"},"NotPrincipal":{"$ref":"#/$defs/policyPrincipal"},"Action":{"$ref":"#/$defs/textOrList"},"NotAction":{"$ref":"#/$defs/textOrList"},"Resource":{"$ref":"#/$defs/textOrList"},"NotResource":{"$ref":"#/$defs/textOrList"},"Condition":{"type":"object","additionalProperties":{"type":"object","additionalProperties":{"$ref":"#/$defs/textOrList"}}}}},"policyPrincipal":{"type":["string","object"],"minLength":1,"additionalProperties":{"$ref":"#/$defs/textOrList"}},"textOrList":{"type":["string","array"],"items":{"type":"string"}},"expressions":{"type":["string","array"],"minLength":1,"maxLength":512,"minItems":1,"maxItems":50,"items":{"type":"string","minLength":1,"maxLength":512}}}};
const pattern4 = new RegExp("^[a-z0-9][a-z0-9-]*$", "u");
const schema32 = {"title":"TargetDocument","type":"object","additionalProperties":false,"oneOf":[{"required":["ecr"]},{"required":["oci"]},{"required":["layout"]}],"properties":{"ecr":{"type":"object","additionalProperties":false,"properties":{"region":{"type":"string","pattern":"^(?:[a-z]{2,4}(?:-[a-z]{2,16}){1,3}-[0-9]{1,2}|\\$\\{[A-Z0-9_]+\\})$"},"account":{"type":"string","pattern":"^(?:[0-9]{12}|\\$\\{[A-Z0-9_]+\\})$"},"profile":{"type":"string","pattern":"^[^\\p{C}]+$","maxLength":256},"role":{"type":"string","pattern":"^arn:aws[a-z-]*:iam::(?:[0-9]{12}|\\$\\{[A-Z0-9_]+\\}):role/[A-Za-z0-9_+=,.@/${}-]+$","maxLength":2048}}},"oci":{"type":"string","minLength":1,"maxLength":1024},"layout":{"type":"string","minLength":1,"maxLength":1024},"repositories":{"$ref":"#/$defs/repositorySettings"}}};
const pattern6 = new RegExp("^(?:[a-z]{2,4}(?:-[a-z]{2,16}){1,3}-[0-9]{1,2}|\\$\\{[A-Z0-9_]+\\})$", "u");
const pattern7 = new RegExp("^(?:[0-9]{12}|\\$\\{[A-Z0-9_]+\\})$", "u");
const pattern8 = new RegExp("^[^\\p{C}]+$", "u");
const pattern9 = new RegExp("^arn:aws[a-z-]*:iam::(?:[0-9]{12}|\\$\\{[A-Z0-9_]+\\}):role/[A-Za-z0-9_+=,.@/${}-]+$", "u");
const schema33 = {"title":"RepositorySettingsDocument","type":"object","additionalProperties":false,"properties":{"tagMutability":{"type":["string","object"],"if":{"type":"string"},"then":{"enum":["MUTABLE","IMMUTABLE"]},"additionalProperties":false,"required":["default"],"properties":{"default":{"type":"string","enum":["MUTABLE","IMMUTABLE"]},"except":{"type":"array","minItems":1,"maxItems":5,"items":{"type":"string","pattern":"^[0-9a-zA-Z._*-]{1,128}$"}}}},"scanOnPush":{"type":"boolean"},"encryption":{"type":["string","object"],"if":{"type":"string"},"then":{"enum":["AES256","KMS"]},"additionalProperties":false,"required":["kms"],"properties":{"kms":{"type":"string","pattern":"^[A-Za-z0-9:/_-]+$","maxLength":2048}}},"lifecyclePolicy":{"type":["string","object"],"minLength":1,"maxLength":1024,"additionalProperties":false,"required":["rules"],"properties":{"rules":{"type":"array","minItems":1,"maxItems":50,"items":{"$ref":"#/$defs/lifecycleRule"}}}},"policy":{"type":["string","object"],"minLength":1,"maxLength":1024,"additionalProperties":false,"required":["Statement"],"properties":{"Version":{"type":"string","enum":["2012-10-17","2008-10-17"]},"Id":{"type":"string"},"Statement":{"type":["array","object"],"minItems":1,"items":{"$ref":"#/$defs/policyStatement"},"if":{"type":"object"},"then":{"$ref":"#/$defs/policyStatement"}}}},"tags":{"type":"object","maxProperties":49,"propertyNames":{"pattern":"^(?![Aa][Ww][Ss]:)(?!mirrorform$)[\\p{L}\\p{Z}\\p{N}_.:/=+@-]+$","maxLength":128},"additionalProperties":{"type":"string","pattern":"^(?:[\\p{L}\\p{Z}\\p{N}_.:/=+@-]|\\$\\{[A-Z0-9_]+\\})*$","maxLength":256}},"adopt":{"type":"boolean"},"pruneTags":{"$ref":"#/$defs/expressions"}}};
const schema34 = {"title":"LifecycleRuleDocument","type":"object","additionalProperties":false,"required":["rulePriority","selection","action"],"properties":{"rulePriority":{"type":"integer","minimum":1},"description":{"type":"string"},"selection":{"type":"object","additionalProperties":false,"required":["tagStatus","countType","countNumber"],"properties":{"tagStatus":{"type":"string","enum":["tagged","untagged","any"]},"tagPatternList":{"type":"array","minItems":1,"items":{"type":"string","minLength":1}},"tagPrefixList":{"type":"array","minItems":1,"items":{"type":"string","minLength":1}},"storageClass":{"type":"string","enum":["standard","archive"]},"countType":{"type":"string","enum":["imageCountMoreThan","sinceImagePushed","sinceImagePulled","sinceImageTransitioned"]},"countUnit":{"type":"string","enum":["days"]},"countNumber":{"type":"integer","minimum":1}}},"action":{"type":"object","additionalProperties":false,"required":["type"],"properties":{"type":{"type":"string","enum":["expire","transition"]},"targetStorageClass":{"type":"string","enum":["archive"]}}}}};
const schema43 = {"type":["string","array"],"minLength":1,"maxLength":512,"minItems":1,"maxItems":50,"items":{"type":"string","minLength":1,"maxLength":512}};
const pattern10 = new RegExp("^[0-9a-zA-Z._*-]{1,128}$", "u");
const pattern11 = new RegExp("^[A-Za-z0-9:/_-]+$", "u");
const pattern12 = new RegExp("^(?![Aa][Ww][Ss]:)(?!mirrorform$)[\\p{L}\\p{Z}\\p{N}_.:/=+@-]+$", "u");
const pattern13 = new RegExp("^(?:[\\p{L}\\p{Z}\\p{N}_.:/=+@-]|\\$\\{[A-Z0-9_]+\\})*$", "u");
const schema35 = {"title":"PolicyStatementDocument","type":"object","additionalProperties":false,"required":["Effect"],"properties":{"Sid":{"type":"string"},"Effect":{"type":"string","enum":["Allow","Deny"]},"Principal":{"$ref":"#/$defs/policyPrincipal"},"NotPrincipal":{"$ref":"#/$defs/policyPrincipal"},"Action":{"$ref":"#/$defs/textOrList"},"NotAction":{"$ref":"#/$defs/textOrList"},"Resource":{"$ref":"#/$defs/textOrList"},"NotResource":{"$ref":"#/$defs/textOrList"},"Condition":{"type":"object","additionalProperties":{"type":"object","additionalProperties":{"$ref":"#/$defs/textOrList"}}}}};
const schema37 = {"type":["string","array"],"items":{"type":"string"}};
const func1 = Object.prototype.hasOwnProperty;
const schema36 = {"type":["string","object"],"minLength":1,"additionalProperties":{"$ref":"#/$defs/textOrList"}};

function validate24(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate24.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if((typeof data !== "string") && (!(data && typeof data == "object" && !Array.isArray(data)))){
const err0 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: schema36.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(typeof data === "string"){
if(data.length < 1){
const err1 = {instancePath,schemaPath:"#/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
let data0 = data[key0];
if((typeof data0 !== "string") && (!(Array.isArray(data0)))){
const err2 = {instancePath:instancePath+"/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/textOrList/type",keyword:"type",params:{type: schema37.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(Array.isArray(data0)){
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
if(typeof data0[i0] !== "string"){
const err3 = {instancePath:instancePath+"/" + key0.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i0,schemaPath:"#/$defs/textOrList/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
}
}
}
validate24.errors = vErrors;
return errors === 0;
}
validate24.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate23(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate23.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.Effect === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "Effect"},message:"must have required property '"+"Effect"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!(func1.call(schema35.properties, key0))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.Sid !== undefined){
if(typeof data.Sid !== "string"){
const err2 = {instancePath:instancePath+"/Sid",schemaPath:"#/properties/Sid/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.Effect !== undefined){
let data1 = data.Effect;
if(typeof data1 !== "string"){
const err3 = {instancePath:instancePath+"/Effect",schemaPath:"#/properties/Effect/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(!((data1 === "Allow") || (data1 === "Deny"))){
const err4 = {instancePath:instancePath+"/Effect",schemaPath:"#/properties/Effect/enum",keyword:"enum",params:{allowedValues: schema35.properties.Effect.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.Principal !== undefined){
if(!(validate24(data.Principal, {instancePath:instancePath+"/Principal",parentData:data,parentDataProperty:"Principal",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate24.errors : append(vErrors, validate24.errors);
errors = vErrors.length;
}
}
if(data.NotPrincipal !== undefined){
if(!(validate24(data.NotPrincipal, {instancePath:instancePath+"/NotPrincipal",parentData:data,parentDataProperty:"NotPrincipal",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate24.errors : append(vErrors, validate24.errors);
errors = vErrors.length;
}
}
if(data.Action !== undefined){
let data4 = data.Action;
if((typeof data4 !== "string") && (!(Array.isArray(data4)))){
const err5 = {instancePath:instancePath+"/Action",schemaPath:"#/$defs/textOrList/type",keyword:"type",params:{type: schema37.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(Array.isArray(data4)){
const len0 = data4.length;
for(let i0=0; i0<len0; i0++){
if(typeof data4[i0] !== "string"){
const err6 = {instancePath:instancePath+"/Action/" + i0,schemaPath:"#/$defs/textOrList/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
}
}
if(data.NotAction !== undefined){
let data6 = data.NotAction;
if((typeof data6 !== "string") && (!(Array.isArray(data6)))){
const err7 = {instancePath:instancePath+"/NotAction",schemaPath:"#/$defs/textOrList/type",keyword:"type",params:{type: schema37.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(Array.isArray(data6)){
const len1 = data6.length;
for(let i1=0; i1<len1; i1++){
if(typeof data6[i1] !== "string"){
const err8 = {instancePath:instancePath+"/NotAction/" + i1,schemaPath:"#/$defs/textOrList/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
}
if(data.Resource !== undefined){
let data8 = data.Resource;
if((typeof data8 !== "string") && (!(Array.isArray(data8)))){
const err9 = {instancePath:instancePath+"/Resource",schemaPath:"#/$defs/textOrList/type",keyword:"type",params:{type: schema37.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(Array.isArray(data8)){
const len2 = data8.length;
for(let i2=0; i2<len2; i2++){
if(typeof data8[i2] !== "string"){
const err10 = {instancePath:instancePath+"/Resource/" + i2,schemaPath:"#/$defs/textOrList/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
}
}
if(data.NotResource !== undefined){
let data10 = data.NotResource;
if((typeof data10 !== "string") && (!(Array.isArray(data10)))){
const err11 = {instancePath:instancePath+"/NotResource",schemaPath:"#/$defs/textOrList/type",keyword:"type",params:{type: schema37.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if(Array.isArray(data10)){
const len3 = data10.length;
for(let i3=0; i3<len3; i3++){
if(typeof data10[i3] !== "string"){
const err12 = {instancePath:instancePath+"/NotResource/" + i3,schemaPath:"#/$defs/textOrList/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
}
}
if(data.Condition !== undefined){
let data12 = data.Condition;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
for(const key1 in data12){
let data13 = data12[key1];
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
for(const key2 in data13){
let data14 = data13[key2];
if((typeof data14 !== "string") && (!(Array.isArray(data14)))){
const err13 = {instancePath:instancePath+"/Condition/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/$defs/textOrList/type",keyword:"type",params:{type: schema37.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(Array.isArray(data14)){
const len4 = data14.length;
for(let i4=0; i4<len4; i4++){
if(typeof data14[i4] !== "string"){
const err14 = {instancePath:instancePath+"/Condition/" + key1.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + key2.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i4,schemaPath:"#/$defs/textOrList/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
}
}
else {
const err15 = {instancePath:instancePath+"/Condition/" + key1.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/Condition/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
else {
const err16 = {instancePath:instancePath+"/Condition",schemaPath:"#/properties/Condition/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
else {
const err17 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
validate23.errors = vErrors;
return errors === 0;
}
validate23.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate22(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate22.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((((((((key0 === "tagMutability") || (key0 === "scanOnPush")) || (key0 === "encryption")) || (key0 === "lifecyclePolicy")) || (key0 === "policy")) || (key0 === "tags")) || (key0 === "adopt")) || (key0 === "pruneTags"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.tagMutability !== undefined){
let data0 = data.tagMutability;
if((typeof data0 !== "string") && (!(data0 && typeof data0 == "object" && !Array.isArray(data0)))){
const err1 = {instancePath:instancePath+"/tagMutability",schemaPath:"#/properties/tagMutability/type",keyword:"type",params:{type: schema33.properties.tagMutability.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
const _errs4 = errors;
let valid1 = true;
const _errs5 = errors;
if(typeof data0 !== "string"){
const err2 = {};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
var _valid0 = _errs5 === errors;
errors = _errs4;
if(vErrors !== null){
if(_errs4){
vErrors.length = _errs4;
}
else {
vErrors = null;
}
}
if(_valid0){
const _errs7 = errors;
if(!((data0 === "MUTABLE") || (data0 === "IMMUTABLE"))){
const err3 = {instancePath:instancePath+"/tagMutability",schemaPath:"#/properties/tagMutability/then/enum",keyword:"enum",params:{allowedValues: schema33.properties.tagMutability.then.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
var _valid0 = _errs7 === errors;
valid1 = _valid0;
}
if(!valid1){
const err4 = {instancePath:instancePath+"/tagMutability",schemaPath:"#/properties/tagMutability/if",keyword:"if",params:{failingKeyword: "then"},message:"must match \"then\" schema"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
if(data0.default === undefined){
const err5 = {instancePath:instancePath+"/tagMutability",schemaPath:"#/properties/tagMutability/required",keyword:"required",params:{missingProperty: "default"},message:"must have required property '"+"default"+"'"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
for(const key1 in data0){
if(!((key1 === "default") || (key1 === "except"))){
const err6 = {instancePath:instancePath+"/tagMutability",schemaPath:"#/properties/tagMutability/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data0.default !== undefined){
let data1 = data0.default;
if(typeof data1 !== "string"){
const err7 = {instancePath:instancePath+"/tagMutability/default",schemaPath:"#/properties/tagMutability/properties/default/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(!((data1 === "MUTABLE") || (data1 === "IMMUTABLE"))){
const err8 = {instancePath:instancePath+"/tagMutability/default",schemaPath:"#/properties/tagMutability/properties/default/enum",keyword:"enum",params:{allowedValues: schema33.properties.tagMutability.properties.default.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data0.except !== undefined){
let data2 = data0.except;
if(Array.isArray(data2)){
if(data2.length > 5){
const err9 = {instancePath:instancePath+"/tagMutability/except",schemaPath:"#/properties/tagMutability/properties/except/maxItems",keyword:"maxItems",params:{limit: 5},message:"must NOT have more than 5 items"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data2.length < 1){
const err10 = {instancePath:instancePath+"/tagMutability/except",schemaPath:"#/properties/tagMutability/properties/except/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
const len0 = data2.length;
for(let i0=0; i0<len0; i0++){
let data3 = data2[i0];
if(typeof data3 === "string"){
if(!pattern10.test(data3)){
const err11 = {instancePath:instancePath+"/tagMutability/except/" + i0,schemaPath:"#/properties/tagMutability/properties/except/items/pattern",keyword:"pattern",params:{pattern: "^[0-9a-zA-Z._*-]{1,128}$"},message:"must match pattern \""+"^[0-9a-zA-Z._*-]{1,128}$"+"\""};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/tagMutability/except/" + i0,schemaPath:"#/properties/tagMutability/properties/except/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
}
else {
const err13 = {instancePath:instancePath+"/tagMutability/except",schemaPath:"#/properties/tagMutability/properties/except/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
}
if(data.scanOnPush !== undefined){
if(typeof data.scanOnPush !== "boolean"){
const err14 = {instancePath:instancePath+"/scanOnPush",schemaPath:"#/properties/scanOnPush/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data.encryption !== undefined){
let data5 = data.encryption;
if((typeof data5 !== "string") && (!(data5 && typeof data5 == "object" && !Array.isArray(data5)))){
const err15 = {instancePath:instancePath+"/encryption",schemaPath:"#/properties/encryption/type",keyword:"type",params:{type: schema33.properties.encryption.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
const _errs19 = errors;
let valid5 = true;
const _errs20 = errors;
if(typeof data5 !== "string"){
const err16 = {};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
var _valid1 = _errs20 === errors;
errors = _errs19;
if(vErrors !== null){
if(_errs19){
vErrors.length = _errs19;
}
else {
vErrors = null;
}
}
if(_valid1){
const _errs22 = errors;
if(!((data5 === "AES256") || (data5 === "KMS"))){
const err17 = {instancePath:instancePath+"/encryption",schemaPath:"#/properties/encryption/then/enum",keyword:"enum",params:{allowedValues: schema33.properties.encryption.then.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
var _valid1 = _errs22 === errors;
valid5 = _valid1;
}
if(!valid5){
const err18 = {instancePath:instancePath+"/encryption",schemaPath:"#/properties/encryption/if",keyword:"if",params:{failingKeyword: "then"},message:"must match \"then\" schema"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
if(data5.kms === undefined){
const err19 = {instancePath:instancePath+"/encryption",schemaPath:"#/properties/encryption/required",keyword:"required",params:{missingProperty: "kms"},message:"must have required property '"+"kms"+"'"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
for(const key2 in data5){
if(!(key2 === "kms")){
const err20 = {instancePath:instancePath+"/encryption",schemaPath:"#/properties/encryption/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data5.kms !== undefined){
let data6 = data5.kms;
if(typeof data6 === "string"){
if(data6.length > 2048){
const err21 = {instancePath:instancePath+"/encryption/kms",schemaPath:"#/properties/encryption/properties/kms/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(!pattern11.test(data6)){
const err22 = {instancePath:instancePath+"/encryption/kms",schemaPath:"#/properties/encryption/properties/kms/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9:/_-]+$"},message:"must match pattern \""+"^[A-Za-z0-9:/_-]+$"+"\""};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
else {
const err23 = {instancePath:instancePath+"/encryption/kms",schemaPath:"#/properties/encryption/properties/kms/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
}
}
if(data.lifecyclePolicy !== undefined){
let data7 = data.lifecyclePolicy;
if((typeof data7 !== "string") && (!(data7 && typeof data7 == "object" && !Array.isArray(data7)))){
const err24 = {instancePath:instancePath+"/lifecyclePolicy",schemaPath:"#/properties/lifecyclePolicy/type",keyword:"type",params:{type: schema33.properties.lifecyclePolicy.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
if(typeof data7 === "string"){
if(data7.length > 1024){
const err25 = {instancePath:instancePath+"/lifecyclePolicy",schemaPath:"#/properties/lifecyclePolicy/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if(data7.length < 1){
const err26 = {instancePath:instancePath+"/lifecyclePolicy",schemaPath:"#/properties/lifecyclePolicy/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
if(data7.rules === undefined){
const err27 = {instancePath:instancePath+"/lifecyclePolicy",schemaPath:"#/properties/lifecyclePolicy/required",keyword:"required",params:{missingProperty: "rules"},message:"must have required property '"+"rules"+"'"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
for(const key3 in data7){
if(!(key3 === "rules")){
const err28 = {instancePath:instancePath+"/lifecyclePolicy",schemaPath:"#/properties/lifecyclePolicy/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data7.rules !== undefined){
let data8 = data7.rules;
if(Array.isArray(data8)){
if(data8.length > 50){
const err29 = {instancePath:instancePath+"/lifecyclePolicy/rules",schemaPath:"#/properties/lifecyclePolicy/properties/rules/maxItems",keyword:"maxItems",params:{limit: 50},message:"must NOT have more than 50 items"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(data8.length < 1){
const err30 = {instancePath:instancePath+"/lifecyclePolicy/rules",schemaPath:"#/properties/lifecyclePolicy/properties/rules/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
const len1 = data8.length;
for(let i1=0; i1<len1; i1++){
let data9 = data8[i1];
if(data9 && typeof data9 == "object" && !Array.isArray(data9)){
if(data9.rulePriority === undefined){
const err31 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1,schemaPath:"#/$defs/lifecycleRule/required",keyword:"required",params:{missingProperty: "rulePriority"},message:"must have required property '"+"rulePriority"+"'"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if(data9.selection === undefined){
const err32 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1,schemaPath:"#/$defs/lifecycleRule/required",keyword:"required",params:{missingProperty: "selection"},message:"must have required property '"+"selection"+"'"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(data9.action === undefined){
const err33 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1,schemaPath:"#/$defs/lifecycleRule/required",keyword:"required",params:{missingProperty: "action"},message:"must have required property '"+"action"+"'"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
for(const key4 in data9){
if(!((((key4 === "rulePriority") || (key4 === "description")) || (key4 === "selection")) || (key4 === "action"))){
const err34 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1,schemaPath:"#/$defs/lifecycleRule/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data9.rulePriority !== undefined){
let data10 = data9.rulePriority;
if(!(((typeof data10 == "number") && (!(data10 % 1) && !isNaN(data10))) && (isFinite(data10)))){
const err35 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/rulePriority",schemaPath:"#/$defs/lifecycleRule/properties/rulePriority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if((typeof data10 == "number") && (isFinite(data10))){
if(data10 < 1 || isNaN(data10)){
const err36 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/rulePriority",schemaPath:"#/$defs/lifecycleRule/properties/rulePriority/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
}
if(data9.description !== undefined){
if(typeof data9.description !== "string"){
const err37 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/description",schemaPath:"#/$defs/lifecycleRule/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data9.selection !== undefined){
let data12 = data9.selection;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
if(data12.tagStatus === undefined){
const err38 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection",schemaPath:"#/$defs/lifecycleRule/properties/selection/required",keyword:"required",params:{missingProperty: "tagStatus"},message:"must have required property '"+"tagStatus"+"'"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if(data12.countType === undefined){
const err39 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection",schemaPath:"#/$defs/lifecycleRule/properties/selection/required",keyword:"required",params:{missingProperty: "countType"},message:"must have required property '"+"countType"+"'"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if(data12.countNumber === undefined){
const err40 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection",schemaPath:"#/$defs/lifecycleRule/properties/selection/required",keyword:"required",params:{missingProperty: "countNumber"},message:"must have required property '"+"countNumber"+"'"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
for(const key5 in data12){
if(!(((((((key5 === "tagStatus") || (key5 === "tagPatternList")) || (key5 === "tagPrefixList")) || (key5 === "storageClass")) || (key5 === "countType")) || (key5 === "countUnit")) || (key5 === "countNumber"))){
const err41 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection",schemaPath:"#/$defs/lifecycleRule/properties/selection/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data12.tagStatus !== undefined){
let data13 = data12.tagStatus;
if(typeof data13 !== "string"){
const err42 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/tagStatus",schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/tagStatus/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if(!(((data13 === "tagged") || (data13 === "untagged")) || (data13 === "any"))){
const err43 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/tagStatus",schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/tagStatus/enum",keyword:"enum",params:{allowedValues: schema34.properties.selection.properties.tagStatus.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data12.tagPatternList !== undefined){
let data14 = data12.tagPatternList;
if(Array.isArray(data14)){
if(data14.length < 1){
const err44 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/tagPatternList",schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/tagPatternList/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
const len2 = data14.length;
for(let i2=0; i2<len2; i2++){
let data15 = data14[i2];
if(typeof data15 === "string"){
if(data15.length < 1){
const err45 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/tagPatternList/" + i2,schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/tagPatternList/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
else {
const err46 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/tagPatternList/" + i2,schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/tagPatternList/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
}
else {
const err47 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/tagPatternList",schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/tagPatternList/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
if(data12.tagPrefixList !== undefined){
let data16 = data12.tagPrefixList;
if(Array.isArray(data16)){
if(data16.length < 1){
const err48 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/tagPrefixList",schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/tagPrefixList/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
const len3 = data16.length;
for(let i3=0; i3<len3; i3++){
let data17 = data16[i3];
if(typeof data17 === "string"){
if(data17.length < 1){
const err49 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/tagPrefixList/" + i3,schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/tagPrefixList/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
else {
const err50 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/tagPrefixList/" + i3,schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/tagPrefixList/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
}
else {
const err51 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/tagPrefixList",schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/tagPrefixList/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
if(data12.storageClass !== undefined){
let data18 = data12.storageClass;
if(typeof data18 !== "string"){
const err52 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/storageClass",schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/storageClass/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
if(!((data18 === "standard") || (data18 === "archive"))){
const err53 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/storageClass",schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/storageClass/enum",keyword:"enum",params:{allowedValues: schema34.properties.selection.properties.storageClass.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(data12.countType !== undefined){
let data19 = data12.countType;
if(typeof data19 !== "string"){
const err54 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/countType",schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/countType/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
if(!((((data19 === "imageCountMoreThan") || (data19 === "sinceImagePushed")) || (data19 === "sinceImagePulled")) || (data19 === "sinceImageTransitioned"))){
const err55 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/countType",schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/countType/enum",keyword:"enum",params:{allowedValues: schema34.properties.selection.properties.countType.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
if(data12.countUnit !== undefined){
let data20 = data12.countUnit;
if(typeof data20 !== "string"){
const err56 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/countUnit",schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/countUnit/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(!(data20 === "days")){
const err57 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/countUnit",schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/countUnit/enum",keyword:"enum",params:{allowedValues: schema34.properties.selection.properties.countUnit.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
if(data12.countNumber !== undefined){
let data21 = data12.countNumber;
if(!(((typeof data21 == "number") && (!(data21 % 1) && !isNaN(data21))) && (isFinite(data21)))){
const err58 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/countNumber",schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/countNumber/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
if((typeof data21 == "number") && (isFinite(data21))){
if(data21 < 1 || isNaN(data21)){
const err59 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection/countNumber",schemaPath:"#/$defs/lifecycleRule/properties/selection/properties/countNumber/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
}
}
else {
const err60 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/selection",schemaPath:"#/$defs/lifecycleRule/properties/selection/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
if(data9.action !== undefined){
let data22 = data9.action;
if(data22 && typeof data22 == "object" && !Array.isArray(data22)){
if(data22.type === undefined){
const err61 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/action",schemaPath:"#/$defs/lifecycleRule/properties/action/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
for(const key6 in data22){
if(!((key6 === "type") || (key6 === "targetStorageClass"))){
const err62 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/action",schemaPath:"#/$defs/lifecycleRule/properties/action/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(data22.type !== undefined){
let data23 = data22.type;
if(typeof data23 !== "string"){
const err63 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/action/type",schemaPath:"#/$defs/lifecycleRule/properties/action/properties/type/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
if(!((data23 === "expire") || (data23 === "transition"))){
const err64 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/action/type",schemaPath:"#/$defs/lifecycleRule/properties/action/properties/type/enum",keyword:"enum",params:{allowedValues: schema34.properties.action.properties.type.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(data22.targetStorageClass !== undefined){
let data24 = data22.targetStorageClass;
if(typeof data24 !== "string"){
const err65 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/action/targetStorageClass",schemaPath:"#/$defs/lifecycleRule/properties/action/properties/targetStorageClass/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
if(!(data24 === "archive")){
const err66 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/action/targetStorageClass",schemaPath:"#/$defs/lifecycleRule/properties/action/properties/targetStorageClass/enum",keyword:"enum",params:{allowedValues: schema34.properties.action.properties.targetStorageClass.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
}
else {
const err67 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1+"/action",schemaPath:"#/$defs/lifecycleRule/properties/action/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
}
else {
const err68 = {instancePath:instancePath+"/lifecyclePolicy/rules/" + i1,schemaPath:"#/$defs/lifecycleRule/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
}
else {
const err69 = {instancePath:instancePath+"/lifecyclePolicy/rules",schemaPath:"#/properties/lifecyclePolicy/properties/rules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
}
}
if(data.policy !== undefined){
let data25 = data.policy;
if((typeof data25 !== "string") && (!(data25 && typeof data25 == "object" && !Array.isArray(data25)))){
const err70 = {instancePath:instancePath+"/policy",schemaPath:"#/properties/policy/type",keyword:"type",params:{type: schema33.properties.policy.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
if(typeof data25 === "string"){
if(data25.length > 1024){
const err71 = {instancePath:instancePath+"/policy",schemaPath:"#/properties/policy/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
if(data25.length < 1){
const err72 = {instancePath:instancePath+"/policy",schemaPath:"#/properties/policy/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
if(data25 && typeof data25 == "object" && !Array.isArray(data25)){
if(data25.Statement === undefined){
const err73 = {instancePath:instancePath+"/policy",schemaPath:"#/properties/policy/required",keyword:"required",params:{missingProperty: "Statement"},message:"must have required property '"+"Statement"+"'"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
for(const key7 in data25){
if(!(((key7 === "Version") || (key7 === "Id")) || (key7 === "Statement"))){
const err74 = {instancePath:instancePath+"/policy",schemaPath:"#/properties/policy/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
if(data25.Version !== undefined){
let data26 = data25.Version;
if(typeof data26 !== "string"){
const err75 = {instancePath:instancePath+"/policy/Version",schemaPath:"#/properties/policy/properties/Version/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
if(!((data26 === "2012-10-17") || (data26 === "2008-10-17"))){
const err76 = {instancePath:instancePath+"/policy/Version",schemaPath:"#/properties/policy/properties/Version/enum",keyword:"enum",params:{allowedValues: schema33.properties.policy.properties.Version.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
if(data25.Id !== undefined){
if(typeof data25.Id !== "string"){
const err77 = {instancePath:instancePath+"/policy/Id",schemaPath:"#/properties/policy/properties/Id/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
if(data25.Statement !== undefined){
let data28 = data25.Statement;
if(!data28 || typeof data28 != "object"){
const err78 = {instancePath:instancePath+"/policy/Statement",schemaPath:"#/properties/policy/properties/Statement/type",keyword:"type",params:{type: schema33.properties.policy.properties.Statement.type},message:"must be array,object"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
const _errs76 = errors;
let valid19 = true;
const _errs77 = errors;
if(!(data28 && typeof data28 == "object" && !Array.isArray(data28))){
const err79 = {};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
var _valid2 = _errs77 === errors;
errors = _errs76;
if(vErrors !== null){
if(_errs76){
vErrors.length = _errs76;
}
else {
vErrors = null;
}
}
if(_valid2){
const _errs79 = errors;
if(!(validate23(data28, {instancePath:instancePath+"/policy/Statement",parentData:data25,parentDataProperty:"Statement",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate23.errors : append(vErrors, validate23.errors);
errors = vErrors.length;
}
var _valid2 = _errs79 === errors;
valid19 = _valid2;
}
if(!valid19){
const err80 = {instancePath:instancePath+"/policy/Statement",schemaPath:"#/properties/policy/properties/Statement/if",keyword:"if",params:{failingKeyword: "then"},message:"must match \"then\" schema"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
if(Array.isArray(data28)){
if(data28.length < 1){
const err81 = {instancePath:instancePath+"/policy/Statement",schemaPath:"#/properties/policy/properties/Statement/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
const len4 = data28.length;
for(let i4=0; i4<len4; i4++){
if(!(validate23(data28[i4], {instancePath:instancePath+"/policy/Statement/" + i4,parentData:data28,parentDataProperty:i4,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate23.errors : append(vErrors, validate23.errors);
errors = vErrors.length;
}
}
}
}
}
}
if(data.tags !== undefined){
let data30 = data.tags;
if(data30 && typeof data30 == "object" && !Array.isArray(data30)){
if(Object.keys(data30).length > 49){
const err82 = {instancePath:instancePath+"/tags",schemaPath:"#/properties/tags/maxProperties",keyword:"maxProperties",params:{limit: 49},message:"must NOT have more than 49 properties"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
for(const key8 in data30){
const _errs83 = errors;
if(typeof key8 === "string"){
if(key8.length > 128){
const err83 = {instancePath:instancePath+"/tags",schemaPath:"#/properties/tags/propertyNames/maxLength",keyword:"maxLength",params:{limit: 128},message:"must NOT have more than 128 characters",propertyName:key8};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
if(!pattern12.test(key8)){
const err84 = {instancePath:instancePath+"/tags",schemaPath:"#/properties/tags/propertyNames/pattern",keyword:"pattern",params:{pattern: "^(?![Aa][Ww][Ss]:)(?!mirrorform$)[\\p{L}\\p{Z}\\p{N}_.:/=+@-]+$"},message:"must match pattern \""+"^(?![Aa][Ww][Ss]:)(?!mirrorform$)[\\p{L}\\p{Z}\\p{N}_.:/=+@-]+$"+"\"",propertyName:key8};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
var valid22 = _errs83 === errors;
if(!valid22){
const err85 = {instancePath:instancePath+"/tags",schemaPath:"#/properties/tags/propertyNames",keyword:"propertyNames",params:{propertyName: key8},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
for(const key9 in data30){
let data31 = data30[key9];
if(typeof data31 === "string"){
if(data31.length > 256){
const err86 = {instancePath:instancePath+"/tags/" + key9.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/tags/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
if(!pattern13.test(data31)){
const err87 = {instancePath:instancePath+"/tags/" + key9.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/tags/additionalProperties/pattern",keyword:"pattern",params:{pattern: "^(?:[\\p{L}\\p{Z}\\p{N}_.:/=+@-]|\\$\\{[A-Z0-9_]+\\})*$"},message:"must match pattern \""+"^(?:[\\p{L}\\p{Z}\\p{N}_.:/=+@-]|\\$\\{[A-Z0-9_]+\\})*$"+"\""};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
else {
const err88 = {instancePath:instancePath+"/tags/" + key9.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/tags/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
}
else {
const err89 = {instancePath:instancePath+"/tags",schemaPath:"#/properties/tags/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
if(data.adopt !== undefined){
if(typeof data.adopt !== "boolean"){
const err90 = {instancePath:instancePath+"/adopt",schemaPath:"#/properties/adopt/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
if(data.pruneTags !== undefined){
let data33 = data.pruneTags;
if((typeof data33 !== "string") && (!(Array.isArray(data33)))){
const err91 = {instancePath:instancePath+"/pruneTags",schemaPath:"#/$defs/expressions/type",keyword:"type",params:{type: schema43.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
if(typeof data33 === "string"){
if(data33.length > 512){
const err92 = {instancePath:instancePath+"/pruneTags",schemaPath:"#/$defs/expressions/maxLength",keyword:"maxLength",params:{limit: 512},message:"must NOT have more than 512 characters"};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
if(data33.length < 1){
const err93 = {instancePath:instancePath+"/pruneTags",schemaPath:"#/$defs/expressions/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
if(Array.isArray(data33)){
if(data33.length > 50){
const err94 = {instancePath:instancePath+"/pruneTags",schemaPath:"#/$defs/expressions/maxItems",keyword:"maxItems",params:{limit: 50},message:"must NOT have more than 50 items"};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
if(data33.length < 1){
const err95 = {instancePath:instancePath+"/pruneTags",schemaPath:"#/$defs/expressions/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
const len5 = data33.length;
for(let i5=0; i5<len5; i5++){
let data34 = data33[i5];
if(typeof data34 === "string"){
if(data34.length > 512){
const err96 = {instancePath:instancePath+"/pruneTags/" + i5,schemaPath:"#/$defs/expressions/items/maxLength",keyword:"maxLength",params:{limit: 512},message:"must NOT have more than 512 characters"};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
if(data34.length < 1){
const err97 = {instancePath:instancePath+"/pruneTags/" + i5,schemaPath:"#/$defs/expressions/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
else {
const err98 = {instancePath:instancePath+"/pruneTags/" + i5,schemaPath:"#/$defs/expressions/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
}
}
}
else {
const err99 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
validate22.errors = vErrors;
return errors === 0;
}
validate22.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate21(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate21.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
const _errs1 = errors;
let valid0 = false;
let passing0 = null;
const _errs2 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.ecr === undefined){
const err0 = {instancePath,schemaPath:"#/oneOf/0/required",keyword:"required",params:{missingProperty: "ecr"},message:"must have required property '"+"ecr"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
var _valid0 = _errs2 === errors;
if(_valid0){
valid0 = true;
passing0 = 0;
}
const _errs3 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.oci === undefined){
const err1 = {instancePath,schemaPath:"#/oneOf/1/required",keyword:"required",params:{missingProperty: "oci"},message:"must have required property '"+"oci"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
var _valid0 = _errs3 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 1];
}
else {
if(_valid0){
valid0 = true;
passing0 = 1;
}
const _errs4 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.layout === undefined){
const err2 = {instancePath,schemaPath:"#/oneOf/2/required",keyword:"required",params:{missingProperty: "layout"},message:"must have required property '"+"layout"+"'"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
var _valid0 = _errs4 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 2];
}
else {
if(_valid0){
valid0 = true;
passing0 = 2;
}
}
}
if(!valid0){
const err3 = {instancePath,schemaPath:"#/oneOf",keyword:"oneOf",params:{passingSchemas: passing0},message:"must match exactly one schema in oneOf"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
else {
errors = _errs1;
if(vErrors !== null){
if(_errs1){
vErrors.length = _errs1;
}
else {
vErrors = null;
}
}
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((((key0 === "ecr") || (key0 === "oci")) || (key0 === "layout")) || (key0 === "repositories"))){
const err4 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.ecr !== undefined){
let data0 = data.ecr;
if(data0 && typeof data0 == "object" && !Array.isArray(data0)){
for(const key1 in data0){
if(!((((key1 === "region") || (key1 === "account")) || (key1 === "profile")) || (key1 === "role"))){
const err5 = {instancePath:instancePath+"/ecr",schemaPath:"#/properties/ecr/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data0.region !== undefined){
let data1 = data0.region;
if(typeof data1 === "string"){
if(!pattern6.test(data1)){
const err6 = {instancePath:instancePath+"/ecr/region",schemaPath:"#/properties/ecr/properties/region/pattern",keyword:"pattern",params:{pattern: "^(?:[a-z]{2,4}(?:-[a-z]{2,16}){1,3}-[0-9]{1,2}|\\$\\{[A-Z0-9_]+\\})$"},message:"must match pattern \""+"^(?:[a-z]{2,4}(?:-[a-z]{2,16}){1,3}-[0-9]{1,2}|\\$\\{[A-Z0-9_]+\\})$"+"\""};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/ecr/region",schemaPath:"#/properties/ecr/properties/region/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data0.account !== undefined){
let data2 = data0.account;
if(typeof data2 === "string"){
if(!pattern7.test(data2)){
const err8 = {instancePath:instancePath+"/ecr/account",schemaPath:"#/properties/ecr/properties/account/pattern",keyword:"pattern",params:{pattern: "^(?:[0-9]{12}|\\$\\{[A-Z0-9_]+\\})$"},message:"must match pattern \""+"^(?:[0-9]{12}|\\$\\{[A-Z0-9_]+\\})$"+"\""};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath:instancePath+"/ecr/account",schemaPath:"#/properties/ecr/properties/account/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data0.profile !== undefined){
let data3 = data0.profile;
if(typeof data3 === "string"){
if(data3.length > 256){
const err10 = {instancePath:instancePath+"/ecr/profile",schemaPath:"#/properties/ecr/properties/profile/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(!pattern8.test(data3)){
const err11 = {instancePath:instancePath+"/ecr/profile",schemaPath:"#/properties/ecr/properties/profile/pattern",keyword:"pattern",params:{pattern: "^[^\\p{C}]+$"},message:"must match pattern \""+"^[^\\p{C}]+$"+"\""};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/ecr/profile",schemaPath:"#/properties/ecr/properties/profile/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data0.role !== undefined){
let data4 = data0.role;
if(typeof data4 === "string"){
if(data4.length > 2048){
const err13 = {instancePath:instancePath+"/ecr/role",schemaPath:"#/properties/ecr/properties/role/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(!pattern9.test(data4)){
const err14 = {instancePath:instancePath+"/ecr/role",schemaPath:"#/properties/ecr/properties/role/pattern",keyword:"pattern",params:{pattern: "^arn:aws[a-z-]*:iam::(?:[0-9]{12}|\\$\\{[A-Z0-9_]+\\}):role/[A-Za-z0-9_+=,.@/${}-]+$"},message:"must match pattern \""+"^arn:aws[a-z-]*:iam::(?:[0-9]{12}|\\$\\{[A-Z0-9_]+\\}):role/[A-Za-z0-9_+=,.@/${}-]+$"+"\""};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
else {
const err15 = {instancePath:instancePath+"/ecr/role",schemaPath:"#/properties/ecr/properties/role/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
else {
const err16 = {instancePath:instancePath+"/ecr",schemaPath:"#/properties/ecr/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data.oci !== undefined){
let data5 = data.oci;
if(typeof data5 === "string"){
if(data5.length > 1024){
const err17 = {instancePath:instancePath+"/oci",schemaPath:"#/properties/oci/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(data5.length < 1){
const err18 = {instancePath:instancePath+"/oci",schemaPath:"#/properties/oci/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
else {
const err19 = {instancePath:instancePath+"/oci",schemaPath:"#/properties/oci/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data.layout !== undefined){
let data6 = data.layout;
if(typeof data6 === "string"){
if(data6.length > 1024){
const err20 = {instancePath:instancePath+"/layout",schemaPath:"#/properties/layout/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(data6.length < 1){
const err21 = {instancePath:instancePath+"/layout",schemaPath:"#/properties/layout/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
else {
const err22 = {instancePath:instancePath+"/layout",schemaPath:"#/properties/layout/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data.repositories !== undefined){
if(!(validate22(data.repositories, {instancePath:instancePath+"/repositories",parentData:data,parentDataProperty:"repositories",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate22.errors : append(vErrors, validate22.errors);
errors = vErrors.length;
}
}
}
else {
const err23 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
validate21.errors = vErrors;
return errors === 0;
}
validate21.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema44 = {"title":"SourceDocument","type":"object","additionalProperties":false,"properties":{"endpoint":{"type":"string","minLength":1,"maxLength":1024},"layout":{"type":"string","minLength":1,"maxLength":1024},"alternates":{"type":"array","minItems":1,"maxItems":10,"items":{"$ref":"#/$defs/alternate"}},"reserve":{"type":"integer","minimum":0,"maximum":1000000},"concurrency":{"type":"integer","minimum":1,"maximum":100}}};
const schema45 = {"title":"AlternateDocument","type":"object","additionalProperties":false,"required":["registry"],"properties":{"registry":{"type":"string","maxLength":512},"only":{"type":"array","minItems":1,"maxItems":100,"items":{"type":"string","pattern":"^(?:[^\\[\\]{}()!\\\\]|\\$\\{[A-Z0-9_]+\\})*$","minLength":1,"maxLength":256}}}};
const pattern14 = new RegExp("^(?:[^\\[\\]{}()!\\\\]|\\$\\{[A-Z0-9_]+\\})*$", "u");

function validate32(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate32.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((((key0 === "endpoint") || (key0 === "layout")) || (key0 === "alternates")) || (key0 === "reserve")) || (key0 === "concurrency"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.endpoint !== undefined){
let data0 = data.endpoint;
if(typeof data0 === "string"){
if(data0.length > 1024){
const err1 = {instancePath:instancePath+"/endpoint",schemaPath:"#/properties/endpoint/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data0.length < 1){
const err2 = {instancePath:instancePath+"/endpoint",schemaPath:"#/properties/endpoint/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/endpoint",schemaPath:"#/properties/endpoint/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.layout !== undefined){
let data1 = data.layout;
if(typeof data1 === "string"){
if(data1.length > 1024){
const err4 = {instancePath:instancePath+"/layout",schemaPath:"#/properties/layout/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
if(data1.length < 1){
const err5 = {instancePath:instancePath+"/layout",schemaPath:"#/properties/layout/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/layout",schemaPath:"#/properties/layout/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.alternates !== undefined){
let data2 = data.alternates;
if(Array.isArray(data2)){
if(data2.length > 10){
const err7 = {instancePath:instancePath+"/alternates",schemaPath:"#/properties/alternates/maxItems",keyword:"maxItems",params:{limit: 10},message:"must NOT have more than 10 items"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data2.length < 1){
const err8 = {instancePath:instancePath+"/alternates",schemaPath:"#/properties/alternates/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
const len0 = data2.length;
for(let i0=0; i0<len0; i0++){
let data3 = data2[i0];
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
if(data3.registry === undefined){
const err9 = {instancePath:instancePath+"/alternates/" + i0,schemaPath:"#/$defs/alternate/required",keyword:"required",params:{missingProperty: "registry"},message:"must have required property '"+"registry"+"'"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
for(const key1 in data3){
if(!((key1 === "registry") || (key1 === "only"))){
const err10 = {instancePath:instancePath+"/alternates/" + i0,schemaPath:"#/$defs/alternate/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data3.registry !== undefined){
let data4 = data3.registry;
if(typeof data4 === "string"){
if(data4.length > 512){
const err11 = {instancePath:instancePath+"/alternates/" + i0+"/registry",schemaPath:"#/$defs/alternate/properties/registry/maxLength",keyword:"maxLength",params:{limit: 512},message:"must NOT have more than 512 characters"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/alternates/" + i0+"/registry",schemaPath:"#/$defs/alternate/properties/registry/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data3.only !== undefined){
let data5 = data3.only;
if(Array.isArray(data5)){
if(data5.length > 100){
const err13 = {instancePath:instancePath+"/alternates/" + i0+"/only",schemaPath:"#/$defs/alternate/properties/only/maxItems",keyword:"maxItems",params:{limit: 100},message:"must NOT have more than 100 items"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(data5.length < 1){
const err14 = {instancePath:instancePath+"/alternates/" + i0+"/only",schemaPath:"#/$defs/alternate/properties/only/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
const len1 = data5.length;
for(let i1=0; i1<len1; i1++){
let data6 = data5[i1];
if(typeof data6 === "string"){
if(data6.length > 256){
const err15 = {instancePath:instancePath+"/alternates/" + i0+"/only/" + i1,schemaPath:"#/$defs/alternate/properties/only/items/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data6.length < 1){
const err16 = {instancePath:instancePath+"/alternates/" + i0+"/only/" + i1,schemaPath:"#/$defs/alternate/properties/only/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if(!pattern14.test(data6)){
const err17 = {instancePath:instancePath+"/alternates/" + i0+"/only/" + i1,schemaPath:"#/$defs/alternate/properties/only/items/pattern",keyword:"pattern",params:{pattern: "^(?:[^\\[\\]{}()!\\\\]|\\$\\{[A-Z0-9_]+\\})*$"},message:"must match pattern \""+"^(?:[^\\[\\]{}()!\\\\]|\\$\\{[A-Z0-9_]+\\})*$"+"\""};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
else {
const err18 = {instancePath:instancePath+"/alternates/" + i0+"/only/" + i1,schemaPath:"#/$defs/alternate/properties/only/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
}
else {
const err19 = {instancePath:instancePath+"/alternates/" + i0+"/only",schemaPath:"#/$defs/alternate/properties/only/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath:instancePath+"/alternates/" + i0,schemaPath:"#/$defs/alternate/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/alternates",schemaPath:"#/properties/alternates/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.reserve !== undefined){
let data7 = data.reserve;
if(!(((typeof data7 == "number") && (!(data7 % 1) && !isNaN(data7))) && (isFinite(data7)))){
const err22 = {instancePath:instancePath+"/reserve",schemaPath:"#/properties/reserve/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if((typeof data7 == "number") && (isFinite(data7))){
if(data7 > 1000000 || isNaN(data7)){
const err23 = {instancePath:instancePath+"/reserve",schemaPath:"#/properties/reserve/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000},message:"must be <= 1000000"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data7 < 0 || isNaN(data7)){
const err24 = {instancePath:instancePath+"/reserve",schemaPath:"#/properties/reserve/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
if(data.concurrency !== undefined){
let data8 = data.concurrency;
if(!(((typeof data8 == "number") && (!(data8 % 1) && !isNaN(data8))) && (isFinite(data8)))){
const err25 = {instancePath:instancePath+"/concurrency",schemaPath:"#/properties/concurrency/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if((typeof data8 == "number") && (isFinite(data8))){
if(data8 > 100 || isNaN(data8)){
const err26 = {instancePath:instancePath+"/concurrency",schemaPath:"#/properties/concurrency/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(data8 < 1 || isNaN(data8)){
const err27 = {instancePath:instancePath+"/concurrency",schemaPath:"#/properties/concurrency/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
}
else {
const err28 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
validate32.errors = vErrors;
return errors === 0;
}
validate32.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

const schema46 = {"title":"MirrorDocument","type":"object","additionalProperties":false,"required":["image"],"properties":{"image":{"type":"string","minLength":1,"maxLength":1024},"tags":{"type":["array","object"],"minItems":1,"items":{"type":"string","minLength":1,"maxLength":1024},"additionalProperties":false,"minProperties":1,"properties":{"match":{"$ref":"#/$defs/expressions"},"exclude":{"$ref":"#/$defs/expressions"},"semver":{"type":"string","minLength":1,"maxLength":256},"suffix":{"type":"string","minLength":1,"maxLength":128},"prerelease":{"type":"boolean"},"full":{"type":"boolean"},"order":{"type":"string","enum":["semver","pushed","name"]},"newest":{"type":"integer","minimum":1,"maximum":100000},"maxAge":{"type":"string","pattern":"^[1-9][0-9]{0,4}[hdw]$"},"allowEmpty":{"type":"boolean"}}},"to":{"type":"string","minLength":1,"maxLength":1024},"refresh":{"type":"string","enum":["always","missing"]},"platforms":{"type":["string","array"],"if":{"type":"string"},"then":{"enum":["all"]},"minItems":1,"maxItems":50,"items":{"type":"string","pattern":"^[^/\\s]+/[^/\\s]+(?:/[^/\\s]+)?$","maxLength":128}},"attestations":{"type":"boolean"},"referrers":{"type":["boolean","object"],"additionalProperties":false,"required":["types"],"properties":{"types":{"type":"array","minItems":1,"maxItems":50,"items":{"type":"string","pattern":"^(?:[^\\[\\]{}()!?\\\\]|\\$\\{[A-Z0-9_]+\\})*$","minLength":1,"maxLength":256}}}},"replace":{"type":"object","additionalProperties":false,"required":["backup"],"properties":{"backup":{"type":"string","minLength":1,"maxLength":256}}},"prune":{"type":"boolean"},"output":{"type":"string","pattern":"^[A-Z][A-Z0-9_]*_(?:URI|IMAGE)$","maxLength":128},"targets":{"type":"array","minItems":1,"maxItems":100,"items":{"type":"string"}},"repositories":{"$ref":"#/$defs/repositorySettings"}}};
const pattern15 = new RegExp("^[1-9][0-9]{0,4}[hdw]$", "u");
const pattern16 = new RegExp("^[^/\\s]+/[^/\\s]+(?:/[^/\\s]+)?$", "u");
const pattern17 = new RegExp("^(?:[^\\[\\]{}()!?\\\\]|\\$\\{[A-Z0-9_]+\\})*$", "u");
const pattern18 = new RegExp("^[A-Z][A-Z0-9_]*_(?:URI|IMAGE)$", "u");

function validate34(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate34.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.image === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "image"},message:"must have required property '"+"image"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
for(const key0 in data){
if(!(func1.call(schema46.properties, key0))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.image !== undefined){
let data0 = data.image;
if(typeof data0 === "string"){
if(data0.length > 1024){
const err2 = {instancePath:instancePath+"/image",schemaPath:"#/properties/image/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data0.length < 1){
const err3 = {instancePath:instancePath+"/image",schemaPath:"#/properties/image/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/image",schemaPath:"#/properties/image/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.tags !== undefined){
let data1 = data.tags;
if(!data1 || typeof data1 != "object"){
const err5 = {instancePath:instancePath+"/tags",schemaPath:"#/properties/tags/type",keyword:"type",params:{type: schema46.properties.tags.type},message:"must be array,object"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(Array.isArray(data1)){
if(data1.length < 1){
const err6 = {instancePath:instancePath+"/tags",schemaPath:"#/properties/tags/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
let data2 = data1[i0];
if(typeof data2 === "string"){
if(data2.length > 1024){
const err7 = {instancePath:instancePath+"/tags/" + i0,schemaPath:"#/properties/tags/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(data2.length < 1){
const err8 = {instancePath:instancePath+"/tags/" + i0,schemaPath:"#/properties/tags/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath:instancePath+"/tags/" + i0,schemaPath:"#/properties/tags/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
}
if(data1 && typeof data1 == "object" && !Array.isArray(data1)){
if(Object.keys(data1).length < 1){
const err10 = {instancePath:instancePath+"/tags",schemaPath:"#/properties/tags/minProperties",keyword:"minProperties",params:{limit: 1},message:"must NOT have fewer than 1 properties"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
for(const key1 in data1){
if(!(func1.call(schema46.properties.tags.properties, key1))){
const err11 = {instancePath:instancePath+"/tags",schemaPath:"#/properties/tags/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data1.match !== undefined){
let data3 = data1.match;
if((typeof data3 !== "string") && (!(Array.isArray(data3)))){
const err12 = {instancePath:instancePath+"/tags/match",schemaPath:"#/$defs/expressions/type",keyword:"type",params:{type: schema43.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(typeof data3 === "string"){
if(data3.length > 512){
const err13 = {instancePath:instancePath+"/tags/match",schemaPath:"#/$defs/expressions/maxLength",keyword:"maxLength",params:{limit: 512},message:"must NOT have more than 512 characters"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(data3.length < 1){
const err14 = {instancePath:instancePath+"/tags/match",schemaPath:"#/$defs/expressions/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(Array.isArray(data3)){
if(data3.length > 50){
const err15 = {instancePath:instancePath+"/tags/match",schemaPath:"#/$defs/expressions/maxItems",keyword:"maxItems",params:{limit: 50},message:"must NOT have more than 50 items"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data3.length < 1){
const err16 = {instancePath:instancePath+"/tags/match",schemaPath:"#/$defs/expressions/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
const len1 = data3.length;
for(let i1=0; i1<len1; i1++){
let data4 = data3[i1];
if(typeof data4 === "string"){
if(data4.length > 512){
const err17 = {instancePath:instancePath+"/tags/match/" + i1,schemaPath:"#/$defs/expressions/items/maxLength",keyword:"maxLength",params:{limit: 512},message:"must NOT have more than 512 characters"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(data4.length < 1){
const err18 = {instancePath:instancePath+"/tags/match/" + i1,schemaPath:"#/$defs/expressions/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
else {
const err19 = {instancePath:instancePath+"/tags/match/" + i1,schemaPath:"#/$defs/expressions/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
}
if(data1.exclude !== undefined){
let data5 = data1.exclude;
if((typeof data5 !== "string") && (!(Array.isArray(data5)))){
const err20 = {instancePath:instancePath+"/tags/exclude",schemaPath:"#/$defs/expressions/type",keyword:"type",params:{type: schema43.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(typeof data5 === "string"){
if(data5.length > 512){
const err21 = {instancePath:instancePath+"/tags/exclude",schemaPath:"#/$defs/expressions/maxLength",keyword:"maxLength",params:{limit: 512},message:"must NOT have more than 512 characters"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(data5.length < 1){
const err22 = {instancePath:instancePath+"/tags/exclude",schemaPath:"#/$defs/expressions/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(Array.isArray(data5)){
if(data5.length > 50){
const err23 = {instancePath:instancePath+"/tags/exclude",schemaPath:"#/$defs/expressions/maxItems",keyword:"maxItems",params:{limit: 50},message:"must NOT have more than 50 items"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data5.length < 1){
const err24 = {instancePath:instancePath+"/tags/exclude",schemaPath:"#/$defs/expressions/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
const len2 = data5.length;
for(let i2=0; i2<len2; i2++){
let data6 = data5[i2];
if(typeof data6 === "string"){
if(data6.length > 512){
const err25 = {instancePath:instancePath+"/tags/exclude/" + i2,schemaPath:"#/$defs/expressions/items/maxLength",keyword:"maxLength",params:{limit: 512},message:"must NOT have more than 512 characters"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if(data6.length < 1){
const err26 = {instancePath:instancePath+"/tags/exclude/" + i2,schemaPath:"#/$defs/expressions/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/tags/exclude/" + i2,schemaPath:"#/$defs/expressions/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
}
}
if(data1.semver !== undefined){
let data7 = data1.semver;
if(typeof data7 === "string"){
if(data7.length > 256){
const err28 = {instancePath:instancePath+"/tags/semver",schemaPath:"#/properties/tags/properties/semver/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if(data7.length < 1){
const err29 = {instancePath:instancePath+"/tags/semver",schemaPath:"#/properties/tags/properties/semver/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
else {
const err30 = {instancePath:instancePath+"/tags/semver",schemaPath:"#/properties/tags/properties/semver/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data1.suffix !== undefined){
let data8 = data1.suffix;
if(typeof data8 === "string"){
if(data8.length > 128){
const err31 = {instancePath:instancePath+"/tags/suffix",schemaPath:"#/properties/tags/properties/suffix/maxLength",keyword:"maxLength",params:{limit: 128},message:"must NOT have more than 128 characters"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if(data8.length < 1){
const err32 = {instancePath:instancePath+"/tags/suffix",schemaPath:"#/properties/tags/properties/suffix/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
else {
const err33 = {instancePath:instancePath+"/tags/suffix",schemaPath:"#/properties/tags/properties/suffix/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data1.prerelease !== undefined){
if(typeof data1.prerelease !== "boolean"){
const err34 = {instancePath:instancePath+"/tags/prerelease",schemaPath:"#/properties/tags/properties/prerelease/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data1.full !== undefined){
if(typeof data1.full !== "boolean"){
const err35 = {instancePath:instancePath+"/tags/full",schemaPath:"#/properties/tags/properties/full/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data1.order !== undefined){
let data11 = data1.order;
if(typeof data11 !== "string"){
const err36 = {instancePath:instancePath+"/tags/order",schemaPath:"#/properties/tags/properties/order/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(!(((data11 === "semver") || (data11 === "pushed")) || (data11 === "name"))){
const err37 = {instancePath:instancePath+"/tags/order",schemaPath:"#/properties/tags/properties/order/enum",keyword:"enum",params:{allowedValues: schema46.properties.tags.properties.order.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data1.newest !== undefined){
let data12 = data1.newest;
if(!(((typeof data12 == "number") && (!(data12 % 1) && !isNaN(data12))) && (isFinite(data12)))){
const err38 = {instancePath:instancePath+"/tags/newest",schemaPath:"#/properties/tags/properties/newest/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if((typeof data12 == "number") && (isFinite(data12))){
if(data12 > 100000 || isNaN(data12)){
const err39 = {instancePath:instancePath+"/tags/newest",schemaPath:"#/properties/tags/properties/newest/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100000},message:"must be <= 100000"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if(data12 < 1 || isNaN(data12)){
const err40 = {instancePath:instancePath+"/tags/newest",schemaPath:"#/properties/tags/properties/newest/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
}
if(data1.maxAge !== undefined){
let data13 = data1.maxAge;
if(typeof data13 === "string"){
if(!pattern15.test(data13)){
const err41 = {instancePath:instancePath+"/tags/maxAge",schemaPath:"#/properties/tags/properties/maxAge/pattern",keyword:"pattern",params:{pattern: "^[1-9][0-9]{0,4}[hdw]$"},message:"must match pattern \""+"^[1-9][0-9]{0,4}[hdw]$"+"\""};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
else {
const err42 = {instancePath:instancePath+"/tags/maxAge",schemaPath:"#/properties/tags/properties/maxAge/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(data1.allowEmpty !== undefined){
if(typeof data1.allowEmpty !== "boolean"){
const err43 = {instancePath:instancePath+"/tags/allowEmpty",schemaPath:"#/properties/tags/properties/allowEmpty/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
}
}
if(data.to !== undefined){
let data15 = data.to;
if(typeof data15 === "string"){
if(data15.length > 1024){
const err44 = {instancePath:instancePath+"/to",schemaPath:"#/properties/to/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
if(data15.length < 1){
const err45 = {instancePath:instancePath+"/to",schemaPath:"#/properties/to/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
else {
const err46 = {instancePath:instancePath+"/to",schemaPath:"#/properties/to/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data.refresh !== undefined){
let data16 = data.refresh;
if(typeof data16 !== "string"){
const err47 = {instancePath:instancePath+"/refresh",schemaPath:"#/properties/refresh/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if(!((data16 === "always") || (data16 === "missing"))){
const err48 = {instancePath:instancePath+"/refresh",schemaPath:"#/properties/refresh/enum",keyword:"enum",params:{allowedValues: schema46.properties.refresh.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
if(data.platforms !== undefined){
let data17 = data.platforms;
if((typeof data17 !== "string") && (!(Array.isArray(data17)))){
const err49 = {instancePath:instancePath+"/platforms",schemaPath:"#/properties/platforms/type",keyword:"type",params:{type: schema46.properties.platforms.type},message:"must be string,array"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
const _errs41 = errors;
let valid10 = true;
const _errs42 = errors;
if(typeof data17 !== "string"){
const err50 = {};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
var _valid0 = _errs42 === errors;
errors = _errs41;
if(vErrors !== null){
if(_errs41){
vErrors.length = _errs41;
}
else {
vErrors = null;
}
}
if(_valid0){
const _errs44 = errors;
if(!(data17 === "all")){
const err51 = {instancePath:instancePath+"/platforms",schemaPath:"#/properties/platforms/then/enum",keyword:"enum",params:{allowedValues: schema46.properties.platforms.then.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
var _valid0 = _errs44 === errors;
valid10 = _valid0;
}
if(!valid10){
const err52 = {instancePath:instancePath+"/platforms",schemaPath:"#/properties/platforms/if",keyword:"if",params:{failingKeyword: "then"},message:"must match \"then\" schema"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
if(Array.isArray(data17)){
if(data17.length > 50){
const err53 = {instancePath:instancePath+"/platforms",schemaPath:"#/properties/platforms/maxItems",keyword:"maxItems",params:{limit: 50},message:"must NOT have more than 50 items"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if(data17.length < 1){
const err54 = {instancePath:instancePath+"/platforms",schemaPath:"#/properties/platforms/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
const len3 = data17.length;
for(let i3=0; i3<len3; i3++){
let data18 = data17[i3];
if(typeof data18 === "string"){
if(data18.length > 128){
const err55 = {instancePath:instancePath+"/platforms/" + i3,schemaPath:"#/properties/platforms/items/maxLength",keyword:"maxLength",params:{limit: 128},message:"must NOT have more than 128 characters"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
if(!pattern16.test(data18)){
const err56 = {instancePath:instancePath+"/platforms/" + i3,schemaPath:"#/properties/platforms/items/pattern",keyword:"pattern",params:{pattern: "^[^/\\s]+/[^/\\s]+(?:/[^/\\s]+)?$"},message:"must match pattern \""+"^[^/\\s]+/[^/\\s]+(?:/[^/\\s]+)?$"+"\""};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
else {
const err57 = {instancePath:instancePath+"/platforms/" + i3,schemaPath:"#/properties/platforms/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
}
}
if(data.attestations !== undefined){
if(typeof data.attestations !== "boolean"){
const err58 = {instancePath:instancePath+"/attestations",schemaPath:"#/properties/attestations/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data.referrers !== undefined){
let data20 = data.referrers;
if((typeof data20 !== "boolean") && (!(data20 && typeof data20 == "object" && !Array.isArray(data20)))){
const err59 = {instancePath:instancePath+"/referrers",schemaPath:"#/properties/referrers/type",keyword:"type",params:{type: schema46.properties.referrers.type},message:"must be boolean,object"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
if(data20 && typeof data20 == "object" && !Array.isArray(data20)){
if(data20.types === undefined){
const err60 = {instancePath:instancePath+"/referrers",schemaPath:"#/properties/referrers/required",keyword:"required",params:{missingProperty: "types"},message:"must have required property '"+"types"+"'"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
for(const key2 in data20){
if(!(key2 === "types")){
const err61 = {instancePath:instancePath+"/referrers",schemaPath:"#/properties/referrers/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data20.types !== undefined){
let data21 = data20.types;
if(Array.isArray(data21)){
if(data21.length > 50){
const err62 = {instancePath:instancePath+"/referrers/types",schemaPath:"#/properties/referrers/properties/types/maxItems",keyword:"maxItems",params:{limit: 50},message:"must NOT have more than 50 items"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
if(data21.length < 1){
const err63 = {instancePath:instancePath+"/referrers/types",schemaPath:"#/properties/referrers/properties/types/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
const len4 = data21.length;
for(let i4=0; i4<len4; i4++){
let data22 = data21[i4];
if(typeof data22 === "string"){
if(data22.length > 256){
const err64 = {instancePath:instancePath+"/referrers/types/" + i4,schemaPath:"#/properties/referrers/properties/types/items/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
if(data22.length < 1){
const err65 = {instancePath:instancePath+"/referrers/types/" + i4,schemaPath:"#/properties/referrers/properties/types/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
if(!pattern17.test(data22)){
const err66 = {instancePath:instancePath+"/referrers/types/" + i4,schemaPath:"#/properties/referrers/properties/types/items/pattern",keyword:"pattern",params:{pattern: "^(?:[^\\[\\]{}()!?\\\\]|\\$\\{[A-Z0-9_]+\\})*$"},message:"must match pattern \""+"^(?:[^\\[\\]{}()!?\\\\]|\\$\\{[A-Z0-9_]+\\})*$"+"\""};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
else {
const err67 = {instancePath:instancePath+"/referrers/types/" + i4,schemaPath:"#/properties/referrers/properties/types/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
}
else {
const err68 = {instancePath:instancePath+"/referrers/types",schemaPath:"#/properties/referrers/properties/types/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
}
}
if(data.replace !== undefined){
let data23 = data.replace;
if(data23 && typeof data23 == "object" && !Array.isArray(data23)){
if(data23.backup === undefined){
const err69 = {instancePath:instancePath+"/replace",schemaPath:"#/properties/replace/required",keyword:"required",params:{missingProperty: "backup"},message:"must have required property '"+"backup"+"'"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
for(const key3 in data23){
if(!(key3 === "backup")){
const err70 = {instancePath:instancePath+"/replace",schemaPath:"#/properties/replace/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
if(data23.backup !== undefined){
let data24 = data23.backup;
if(typeof data24 === "string"){
if(data24.length > 256){
const err71 = {instancePath:instancePath+"/replace/backup",schemaPath:"#/properties/replace/properties/backup/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
if(data24.length < 1){
const err72 = {instancePath:instancePath+"/replace/backup",schemaPath:"#/properties/replace/properties/backup/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
else {
const err73 = {instancePath:instancePath+"/replace/backup",schemaPath:"#/properties/replace/properties/backup/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
}
else {
const err74 = {instancePath:instancePath+"/replace",schemaPath:"#/properties/replace/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
if(data.prune !== undefined){
if(typeof data.prune !== "boolean"){
const err75 = {instancePath:instancePath+"/prune",schemaPath:"#/properties/prune/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
if(data.output !== undefined){
let data26 = data.output;
if(typeof data26 === "string"){
if(data26.length > 128){
const err76 = {instancePath:instancePath+"/output",schemaPath:"#/properties/output/maxLength",keyword:"maxLength",params:{limit: 128},message:"must NOT have more than 128 characters"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
if(!pattern18.test(data26)){
const err77 = {instancePath:instancePath+"/output",schemaPath:"#/properties/output/pattern",keyword:"pattern",params:{pattern: "^[A-Z][A-Z0-9_]*_(?:URI|IMAGE)$"},message:"must match pattern \""+"^[A-Z][A-Z0-9_]*_(?:URI|IMAGE)$"+"\""};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
else {
const err78 = {instancePath:instancePath+"/output",schemaPath:"#/properties/output/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
if(data.targets !== undefined){
let data27 = data.targets;
if(Array.isArray(data27)){
if(data27.length > 100){
const err79 = {instancePath:instancePath+"/targets",schemaPath:"#/properties/targets/maxItems",keyword:"maxItems",params:{limit: 100},message:"must NOT have more than 100 items"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
if(data27.length < 1){
const err80 = {instancePath:instancePath+"/targets",schemaPath:"#/properties/targets/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
const len5 = data27.length;
for(let i5=0; i5<len5; i5++){
if(typeof data27[i5] !== "string"){
const err81 = {instancePath:instancePath+"/targets/" + i5,schemaPath:"#/properties/targets/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
}
else {
const err82 = {instancePath:instancePath+"/targets",schemaPath:"#/properties/targets/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data.repositories !== undefined){
if(!(validate22(data.repositories, {instancePath:instancePath+"/repositories",parentData:data,parentDataProperty:"repositories",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate22.errors : append(vErrors, validate22.errors);
errors = vErrors.length;
}
}
}
else {
const err83 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
validate34.errors = vErrors;
return errors === 0;
}
validate34.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};


function validate20(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate20.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.version === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "version"},message:"must have required property '"+"version"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.name === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.targets === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "targets"},message:"must have required property '"+"targets"+"'"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data.mirrors === undefined){
const err3 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "mirrors"},message:"must have required property '"+"mirrors"+"'"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
for(const key0 in data){
if(!(((((((key0 === "version") || (key0 === "name")) || (key0 === "targets")) || (key0 === "repositories")) || (key0 === "sources")) || (key0 === "scan")) || (key0 === "mirrors"))){
const err4 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.version !== undefined){
let data0 = data.version;
if(!(((typeof data0 == "number") && (!(data0 % 1) && !isNaN(data0))) && (isFinite(data0)))){
const err5 = {instancePath:instancePath+"/version",schemaPath:"#/properties/version/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(1 !== data0){
const err6 = {instancePath:instancePath+"/version",schemaPath:"#/properties/version/const",keyword:"const",params:{allowedValue: 1},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.name !== undefined){
let data1 = data.name;
if(typeof data1 === "string"){
if(data1.length > 63){
const err7 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/maxLength",keyword:"maxLength",params:{limit: 63},message:"must NOT have more than 63 characters"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
if(!pattern4.test(data1)){
const err8 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9][a-z0-9-]*$"},message:"must match pattern \""+"^[a-z0-9][a-z0-9-]*$"+"\""};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.targets !== undefined){
let data2 = data.targets;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(Object.keys(data2).length > 100){
const err10 = {instancePath:instancePath+"/targets",schemaPath:"#/properties/targets/maxProperties",keyword:"maxProperties",params:{limit: 100},message:"must NOT have more than 100 properties"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(Object.keys(data2).length < 1){
const err11 = {instancePath:instancePath+"/targets",schemaPath:"#/properties/targets/minProperties",keyword:"minProperties",params:{limit: 1},message:"must NOT have fewer than 1 properties"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
for(const key1 in data2){
const _errs8 = errors;
if(typeof key1 === "string"){
if(key1.length > 63){
const err12 = {instancePath:instancePath+"/targets",schemaPath:"#/properties/targets/propertyNames/maxLength",keyword:"maxLength",params:{limit: 63},message:"must NOT have more than 63 characters",propertyName:key1};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(!pattern4.test(key1)){
const err13 = {instancePath:instancePath+"/targets",schemaPath:"#/properties/targets/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9][a-z0-9-]*$"},message:"must match pattern \""+"^[a-z0-9][a-z0-9-]*$"+"\"",propertyName:key1};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
var valid1 = _errs8 === errors;
if(!valid1){
const err14 = {instancePath:instancePath+"/targets",schemaPath:"#/properties/targets/propertyNames",keyword:"propertyNames",params:{propertyName: key1},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
for(const key2 in data2){
if(!(validate21(data2[key2], {instancePath:instancePath+"/targets/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data2,parentDataProperty:key2,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate21.errors : append(vErrors, validate21.errors);
errors = vErrors.length;
}
}
}
else {
const err15 = {instancePath:instancePath+"/targets",schemaPath:"#/properties/targets/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data.repositories !== undefined){
if(!(validate22(data.repositories, {instancePath:instancePath+"/repositories",parentData:data,parentDataProperty:"repositories",rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate22.errors : append(vErrors, validate22.errors);
errors = vErrors.length;
}
}
if(data.sources !== undefined){
let data5 = data.sources;
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
for(const key3 in data5){
if(!(validate32(data5[key3], {instancePath:instancePath+"/sources/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data5,parentDataProperty:key3,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate32.errors : append(vErrors, validate32.errors);
errors = vErrors.length;
}
}
}
else {
const err16 = {instancePath:instancePath+"/sources",schemaPath:"#/properties/sources/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data.scan !== undefined){
let data7 = data.scan;
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
for(const key4 in data7){
if(!(key4 === "ignore")){
const err17 = {instancePath:instancePath+"/scan",schemaPath:"#/properties/scan/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data7.ignore !== undefined){
let data8 = data7.ignore;
if(Array.isArray(data8)){
if(data8.length > 1000){
const err18 = {instancePath:instancePath+"/scan/ignore",schemaPath:"#/properties/scan/properties/ignore/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(data8.length < 1){
const err19 = {instancePath:instancePath+"/scan/ignore",schemaPath:"#/properties/scan/properties/ignore/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
const len0 = data8.length;
for(let i0=0; i0<len0; i0++){
let data9 = data8[i0];
if(typeof data9 === "string"){
if(data9.length > 1024){
const err20 = {instancePath:instancePath+"/scan/ignore/" + i0,schemaPath:"#/properties/scan/properties/ignore/items/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(data9.length < 1){
const err21 = {instancePath:instancePath+"/scan/ignore/" + i0,schemaPath:"#/properties/scan/properties/ignore/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
else {
const err22 = {instancePath:instancePath+"/scan/ignore/" + i0,schemaPath:"#/properties/scan/properties/ignore/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
}
else {
const err23 = {instancePath:instancePath+"/scan/ignore",schemaPath:"#/properties/scan/properties/ignore/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
}
else {
const err24 = {instancePath:instancePath+"/scan",schemaPath:"#/properties/scan/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data.mirrors !== undefined){
let data10 = data.mirrors;
if(Array.isArray(data10)){
if(data10.length < 1){
const err25 = {instancePath:instancePath+"/mirrors",schemaPath:"#/properties/mirrors/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
const len1 = data10.length;
for(let i1=0; i1<len1; i1++){
if(!(validate34(data10[i1], {instancePath:instancePath+"/mirrors/" + i1,parentData:data10,parentDataProperty:i1,rootData,dynamicAnchors}))){
vErrors = vErrors === null ? validate34.errors : append(vErrors, validate34.errors);
errors = vErrors.length;
}
}
}
else {
const err26 = {instancePath:instancePath+"/mirrors",schemaPath:"#/properties/mirrors/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
}
else {
const err27 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
validate20.errors = vErrors;
return errors === 0;
}
validate20.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};

function append(all, more) {
  for (const error of more) all.push(error);
  return all;
}

