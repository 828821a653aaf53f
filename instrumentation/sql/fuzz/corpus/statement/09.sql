SELECT /*!50001 a */ FROM `b` # c
WHERE d = "e"