"""The GS1 application identifiers, one line each: identifiers | format | word | title | partners.

Source: GS1 General Specifications, figures 3.2-1 and 4.13.2-1 (mandatory associations), release 25.

Format: ``N`` digits, ``X`` character set 82, ``Y`` set 39, ``Z`` set 64; ``6`` exactly, ``..6`` one to six, ``0..6``
none to six, parts joined by ``+``; behind ``:`` what the value means (see ``values.MEANINGS``). In a range such as
``3100-3105`` the last digit is the number of decimals. Partners: each group in turn must be present (``,`` means or).
"""

TABLE = """
00|N18:sscc|sscc|SSCC|
01|N14:gtin|gtin|GTIN|
02|N14:gtin|content|CONTENT|37
03|N14:gtin|made_to_order_gtin|MTO GTIN|
10|X..20|lot|BATCH/LOT|01,02,03,8006,8026
11|N6:date|production|PROD DATE|01,02,03,8006,8026
12|N6:date|due_date|DUE DATE|8020
13|N6:date|packed|PACK DATE|01,02,03,8006,8026
15|N6:date|best_before|BEST BEFORE or BEST BY|01,02,03,8006,8026
16|N6:date|sell_by|SELL BY|01,02,03,8006,8026
17|N6:date|expiry|USE BY or EXPIRY|01,02,03,255,8006,8026
20|N2|variant|VARIANT|01,02,03,8006,8026
21|X..20|serial|SERIAL|01,03,8006
22|X..20|consumer_variant|CPV|01
235|X..28|third_party_serial|TPX|01
240|X..30|additional_id|ADDITIONAL ID|01,02,03,8006,8026
241|X..30|customer_part|CUST. PART No.|01,02,03,8006,8026
242|N..6|made_to_order_variation|MTO VARIANT|01,02,03,8006,8026
243|X..20|packaging_component|PCN|01
250|X..30|secondary_serial|SECONDARY SERIAL|01,8006 21
251|X..30|source_reference|REF. TO SOURCE|01,8006
253|N13+X0..17:key|document|GDTI|
254|X..20|gln_extension|GLN EXTENSION COMPONENT|414
255|N13+N0..12:key|coupon|GCN|
30|N..8:integer|variable_count|VAR. COUNT|01,02
3100-3105|N6:decimal|net_weight_kg|NET WEIGHT (kg)|01,02
3110-3115|N6:decimal|length_m|LENGTH (m)|01,02
3120-3125|N6:decimal|width_m|WIDTH (m)|01,02
3130-3135|N6:decimal|height_m|HEIGHT (m)|01,02
3140-3145|N6:decimal|area_m2|AREA (m2)|01,02
3150-3155|N6:decimal|net_volume_l|NET VOLUME (l)|01,02
3160-3165|N6:decimal|net_volume_m3|NET VOLUME (m3)|01,02
3200-3205|N6:decimal|net_weight_lb|NET WEIGHT (lb)|01,02
3210-3215|N6:decimal|length_in|LENGTH (in)|01,02
3220-3225|N6:decimal|length_ft|LENGTH (ft)|01,02
3230-3235|N6:decimal|length_yd|LENGTH (yd)|01,02
3240-3245|N6:decimal|width_in|WIDTH (in)|01,02
3250-3255|N6:decimal|width_ft|WIDTH (ft)|01,02
3260-3265|N6:decimal|width_yd|WIDTH (yd)|01,02
3270-3275|N6:decimal|height_in|HEIGHT (in)|01,02
3280-3285|N6:decimal|height_ft|HEIGHT (ft)|01,02
3290-3295|N6:decimal|height_yd|HEIGHT (yd)|01,02
3300-3305|N6:decimal|gross_weight_kg|GROSS WEIGHT (kg)|00,01
3310-3315|N6:decimal|gross_length_m|LENGTH (m), log|00,01
3320-3325|N6:decimal|gross_width_m|WIDTH (m), log|00,01
3330-3335|N6:decimal|gross_height_m|HEIGHT (m), log|00,01
3340-3345|N6:decimal|gross_area_m2|AREA (m2), log|00,01
3350-3355|N6:decimal|gross_volume_l|VOLUME (l), log|00,01
3360-3365|N6:decimal|gross_volume_m3|VOLUME (m3), log|00,01
3370-3375|N6:decimal|kg_per_m2|KG PER m2|01
3400-3405|N6:decimal|gross_weight_lb|GROSS WEIGHT (lb)|00,01
3410-3415|N6:decimal|gross_length_in|LENGTH (in), log|00,01
3420-3425|N6:decimal|gross_length_ft|LENGTH (ft), log|00,01
3430-3435|N6:decimal|gross_length_yd|LENGTH (yd), log|00,01
3440-3445|N6:decimal|gross_width_in|WIDTH (in), log|00,01
3450-3455|N6:decimal|gross_width_ft|WIDTH (ft), log|00,01
3460-3465|N6:decimal|gross_width_yd|WIDTH (yd), log|00,01
3470-3475|N6:decimal|gross_height_in|HEIGHT (in), log|00,01
3480-3485|N6:decimal|gross_height_ft|HEIGHT (ft), log|00,01
3490-3495|N6:decimal|gross_height_yd|HEIGHT (yd), log|00,01
3500-3505|N6:decimal|area_in2|AREA (in2)|01,02
3510-3515|N6:decimal|area_ft2|AREA (ft2)|01,02
3520-3525|N6:decimal|area_yd2|AREA (yd2)|01,02
3530-3535|N6:decimal|gross_area_in2|AREA (in2), log|00,01
3540-3545|N6:decimal|gross_area_ft2|AREA (ft2), log|00,01
3550-3555|N6:decimal|gross_area_yd2|AREA (yd2), log|00,01
3560-3565|N6:decimal|net_weight_troy_oz|NET WEIGHT (troy oz)|01,02
3570-3575|N6:decimal|net_weight_oz|NET VOLUME (oz)|01,02
3600-3605|N6:decimal|net_volume_qt|NET VOLUME (qt)|01,02
3610-3615|N6:decimal|net_volume_gal|NET VOLUME (gal.)|01,02
3620-3625|N6:decimal|gross_volume_qt|VOLUME (qt), log|00,01
3630-3635|N6:decimal|gross_volume_gal|VOLUME (gal.), log|00,01
3640-3645|N6:decimal|net_volume_in3|NET VOLUME (in3)|01,02
3650-3655|N6:decimal|net_volume_ft3|NET VOLUME (ft3)|01,02
3660-3665|N6:decimal|net_volume_yd3|NET VOLUME (yd3)|01,02
3670-3675|N6:decimal|gross_volume_in3|VOLUME (in3), log|00,01
3680-3685|N6:decimal|gross_volume_ft3|VOLUME (ft3), log|00,01
3690-3695|N6:decimal|gross_volume_yd3|VOLUME (yd3), log|00,01
37|N..8:integer|count|COUNT|00 02,8026
3900-3909|N..15:decimal|amount|AMOUNT|255,8020
3910-3919|N3+N..15:money|amount_with_currency|AMOUNT|8020
3920-3929|N..15:decimal|price|PRICE|01 30,31*,32*,35*,36*
3930-3939|N3+N..15:money|price_with_currency|PRICE|30,31*,32*,35*,36*
3940-3943|N4:decimal|percent_off|PRCNT OFF|255
3950-3955|N6:decimal|price_per_unit_of_measure|PRICE/UoM|30,31*,32*,35*,36*
400|X..30|order_number|ORDER NUMBER|
401|X..30|consignment|GINC|
402|N17:key|shipment|GSIN|
403|X..30|route|ROUTE|00
410|N13:key|gln|SHIP TO LOC|
411|N13:key|bill_to_gln|BILL TO|
412|N13:key|purchase_from_gln|PURCHASE FROM|
413|N13:key|ship_for_gln|SHIP FOR LOC|
414|N13:key|location_gln|LOC No.|
415|N13:key|pay_to_gln|PAY TO|8020
416|N13:key|production_gln|PROD/SERV LOC|
417|N13:key|party_gln|PARTY|
420|X..20|ship_to_postcode|SHIP TO POST|
421|N3+X..9|ship_to_country_postcode|SHIP TO POST|
422|N3|origin_country|ORIGIN|01,02,8006,8026
423|N..15:countries|first_processing_countries|COUNTRY - INITIAL PROCESS|01,02
424|N3|processing_country|COUNTRY - PROCESS|01,02
425|N..15:countries|disassembly_countries|COUNTRY - DISASSEMBLY|01,02
426|N3|full_process_country|COUNTRY - FULL PROCESS|01,02
427|X..3|origin_subdivision|ORIGIN SUBDIVISION|01,02 422
4300|X..35:encoded|ship_to_company|SHIP TO COMP|00
4301|X..35:encoded|ship_to_name|SHIP TO NAME|00
4302|X..70:encoded|ship_to_address1|SHIP TO ADD1|00
4303|X..70:encoded|ship_to_address2|SHIP TO ADD2|4302
4304|X..70:encoded|ship_to_suburb|SHIP TO SUB|00
4305|X..70:encoded|ship_to_locality|SHIP TO LOC|00
4306|X..70:encoded|ship_to_region|SHIP TO REG|00
4307|X2|ship_to_country|SHIP TO COUNTRY|00
4308|X..30|ship_to_phone|SHIP TO PHONE|00
4309|N20|ship_to_position|SHIP TO GEO|00
4310|X..35:encoded|return_to_company|RTN TO COMP|00
4311|X..35:encoded|return_to_name|RTN TO NAME|00
4312|X..70:encoded|return_to_address1|RTN TO ADD1|00
4313|X..70:encoded|return_to_address2|RTN TO ADD2|4312
4314|X..70:encoded|return_to_suburb|RTN TO SUB|00
4315|X..70:encoded|return_to_locality|RTN TO LOC|00
4316|X..70:encoded|return_to_region|RTN TO REG|00
4317|X2|return_to_country|RTN TO COUNTRY|00
4318|X..20|return_to_postcode|RTN TO POST|00
4319|X..30|return_to_phone|RTN TO PHONE|00
4320|X..35:encoded|service_description|SRV DESCRIPTION|00
4321|N1|dangerous_goods|DANGEROUS GOODS|00
4322|N1|authority_to_leave|AUTH TO LEAVE|00
4323|N1|signature_required|SIG REQUIRED|00
4324|N10:delivery|not_before|NOT BEF DEL DT|00
4325|N10:delivery|not_after|NOT AFT DEL DT|00
4326|N6:exact_date|release_date|REL DATE|00
4330|N6+X0..1:hundredths|max_temperature_f|MAX TEMP F|00
4331|N6+X0..1:hundredths|max_temperature_c|MAX TEMP C|00
4332|N6+X0..1:hundredths|min_temperature_f|MIN TEMP F|00
4333|N6+X0..1:hundredths|min_temperature_c|MIN TEMP C|00
7001|N13|nato_stock_number|NSN|01,02,8006,8026
7002|X..30|meat_cut|MEAT CUT|01,02
7003|N10:moment|expiry_time|EXPIRY TIME|01,02
7004|N..4|active_potency|ACTIVE POTENCY|01 10
7005|X..12|catch_area|CATCH AREA|01,02
7006|N6:exact_date|first_frozen|FIRST FREEZE DATE|01,02
7007|N6..12:dates|harvested|HARVEST DATE|01,02
7008|X..3|aquatic_species|AQUATIC SPECIES|01,02
7009|X..10|fishing_gear|FISHING GEAR TYPE|01,02
7010|X..2|production_method|PROD METHOD|01,02
7011|N6..10:moment|test_by|TEST BY DATE|01,02
7020|X..20|refurbishment_lot|REFURB LOT|01,8006 416
7021|X..20|functional_status|FUNC STAT|01,8006
7022|X..20|revision_status|REV STAT|7021
7023|X..30|assembly|GIAI - ASSEMBLY|
7030-7039|N3+X..27|processor_#|PROCESSOR # #|01,02
7040|N1+X3|unique_id_code|UIC+EXT|
7041|X..4|freight_unit_type|UFRGT UNIT TYPE|00
710|X..20|reimbursement_de|NHRN PZN|01
711|X..20|reimbursement_fr|NHRN CIP|01
712|X..20|reimbursement_es|NHRN CN|01
713|X..20|reimbursement_br|NHRN DRN|01
714|X..20|reimbursement_pt|NHRN AIM|01
715|X..20|reimbursement_us|NHRN NDC|01
716|X..20|reimbursement_it|NHRN AIC|01
717|X..20|reimbursement_cr|NHRN SRN|01
7230-7239|X3..30|certification_#|CERT # #|01,8004
7240|X..20|protocol|PROTOCOL|01,8006
7241|N2|media_type|AIDC MEDIA TYPE|8017,8018
7242|X..25|version_control|VCN|8017,8018
7250|N8:long_date|born|DOB|8018
7251|N12:long_moment|born_time|DOB TIME|8018
7252|N1|sex|BIO SEX|8018
7253|X..40:encoded|family_name|FAMILY NAME|8017,8018
7254|X..40:encoded|given_name|GIVEN NAME|8017,8018
7255|X..10:encoded|name_suffix|SUFFIX|8017,8018
7256|X..90:encoded|full_name|FULL NAME|8017,8018
7257|X..70:encoded|person_address|PERSON ADDR|8018
7258|X3|birth_sequence|BIRTH SEQUENCE|8018
7259|X..40:encoded|baby|BABY|8018
8001|N14|roll_dimensions|DIMENSIONS|01
8002|X..20|mobile_phone|CMT No.|
8003|N14+X0..16:key|returnable_asset|GRAI|
8004|X..30|individual_asset|GIAI|
8005|N6|price_per_unit|PRICE PER UNIT|01,02
8006|N14+N4:key|piece|ITIP|
8007|X..34|iban|IBAN|415
8008|N8..12:production_time|production_time|PROD TIME|01,02
8009|X..50|sensor|OPTSEN|00,01
8010|Y..30|component|CPID|
8011|N..12|component_serial|CPID SERIAL|8010
8012|X..20|software_version|VERSION|01,8006
8013|X..25|global_model|GMN|
8014|X..25|device_registration|MUDI|01
8017|N18:key|service_provider|GSRN - PROVIDER|
8018|N18:key|service_recipient|GSRN - RECIPIENT|
8019|N..10|service_instance|SRIN|8017,8018
8020|X..25|payment_reference|REF No.|415
8026|N14+N4:key|piece_content|ITIP CONTENT|37
8030|Z..90|digital_signature|DIGSIG|
8040|N15|imei|IMEI|
8041|N15|imei2|IMEI2|
8042|N32|esim|ESIM|
8043|N18..20|psim|PSIM|
8110|X..70|coupon_us|COUPON|
8111|N4|loyalty_points|POINTS|255
8112|X..70|coupon_positive_offer|COUPON|
8200|X..70|web_address|PRODUCT URL|01
90|X..30|internal_90|INTERNAL|
91|X..90|internal_91|INTERNAL|
92|X..90|internal_92|INTERNAL|
93|X..90|internal_93|INTERNAL|
94|X..90|internal_94|INTERNAL|
95|X..90|internal_95|INTERNAL|
96|X..90|internal_96|INTERNAL|
97|X..90|internal_97|INTERNAL|
98|X..90|internal_98|INTERNAL|
99|X..90|internal_99|INTERNAL|
"""

EXCLUDED = """
01 02
01 37
01 255
02 03
02 8026
21 235
37 8006
01 8006
8006 8026
420 421
422 426
4330 4331
4332 4333
7250 7251
8017 8018
"""
